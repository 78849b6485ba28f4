import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** Breaks a stream so that its other end sees a reset; a stream that knows none, such as a unix socket, is cut off. */
export const resetStream = (stream: Duplex): void => {
  if (!(stream instanceof Socket)) return void stream.destroy(systemFailure('ECONNRESET', 'reset by a fault'))
  try {
    stream.resetAndDestroy()
  } catch {
    stream.destroy()
  }
}

/** An error as the system makes them. @param code such as `ECONNRESET` */
export const systemFailure = (code: string, words: string): Error =>
  Object.assign(new Error(`${code}: ${words}`), { code })
