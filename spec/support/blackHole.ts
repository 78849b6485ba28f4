import { connect } from 'node:net'
import { neverAccepting } from '@/lab/experiments/frame/neverAccepting.js'
import { turns } from './turns.js'

/** A port whose queue of connections is full, so that a further connect gets no answer at all. */
export const blackHole = async (): Promise<{ readonly port: number } & AsyncDisposable> => {
  const listener = await neverAccepting(1)
  const { port } = listener
  const fillers = Array.from({ length: 4 }, () => connect({ port, host: '127.0.0.1' }).on('error', () => {}))
  while (fillers.filter(({ connecting }) => connecting).length > 2) await turns()
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      for (const filler of fillers) filler.destroy()
      await listener[Symbol.asyncDispose]()
    },
  }
}
