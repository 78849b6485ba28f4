import type { Duplex } from 'node:stream'

/** Whom a stream tells what happens to it. */
export interface StreamEars {
  arrived(chunk: Buffer): void
  remoteEnded(): void
  socketFailed(error: Error): void
  socketClosed(): void
}

const EARS = Symbol('ears')

/** A stream that knows who listens, so that the listeners are the same four functions for every connection. */
type Heard = Duplex & { [EARS]?: StreamEars }

function onData(this: Heard, chunk: Buffer): void {
  this[EARS]?.arrived(chunk)
}

function onEnd(this: Heard): void {
  this[EARS]?.remoteEnded()
}

function onError(this: Heard, error: Error): void {
  this[EARS]?.socketFailed(error)
}

function onClose(this: Heard): void {
  this[EARS]?.socketClosed()
}

/** Tells `ears` everything that happens to `stream`, from now on. */
export const listenTo = (stream: Duplex, ears: StreamEars): void => {
  const heard: Heard = stream
  heard[EARS] = ears
  stream.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose)
}
