import { Worker } from 'node:worker_threads'

/** Listens, and then does nothing at all: the system answers for it until its queue is full. */
const PROGRAM = `
const { createServer } = require('node:net')
const { parentPort, workerData } = require('node:worker_threads')
const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: workerData }, () => {
  parentPort.postMessage(server.address().port)
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
})`

/** A listener whose program never accepts, and where it listens. */
export const neverAccepting = async (backlog: number): Promise<{ readonly port: number } & AsyncDisposable> => {
  const worker = new Worker(PROGRAM, { eval: true, workerData: backlog })
  const port = await new Promise<number>((resolve, reject) => {
    worker.once('message', resolve).once('error', reject)
  })
  return { port, [Symbol.asyncDispose]: async () => void (await worker.terminate()) }
}
