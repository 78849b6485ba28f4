import { connect } from 'node:net'
import { Worker } from 'node:worker_threads'
import { turns } from './turns.js'

const NEVER_ACCEPTING = `
  const { createServer } = require('node:net')
  const { parentPort } = require('node:worker_threads')
  const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })`

/** A port whose queue of connections is full, so that a further connect gets no answer at all. */
export const blackHole = async (): Promise<{ readonly port: number } & AsyncDisposable> => {
  const worker = new Worker(NEVER_ACCEPTING, { eval: true })
  const port = await new Promise<number>((resolve) => {
    worker.once('message', resolve)
  })
  const fillers = Array.from({ length: 4 }, () => connect({ port, host: '127.0.0.1' }).on('error', () => {}))
  while (fillers.filter(({ connecting }) => connecting).length > 2) await turns()
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      for (const filler of fillers) filler.destroy()
      await worker.terminate()
    },
  }
}
