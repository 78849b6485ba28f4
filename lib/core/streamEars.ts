import type { Duplex } from 'node:stream'
import { forgetPlaces, type PlacedEars, readIntoPlaces } from '@/core/placedReads.js'

/** Whom a stream tells what happens to it. */
export interface StreamEars extends PlacedEars {
  /** Somebody is there who knows where bytes belong. */
  readonly awake: boolean
  remoteEnded(): void
  socketFailed(error: Error): void
  socketClosed(): void
}

const EARS = Symbol('ears')
/** What Node.js reads at once; after that much it looks for more at once. */
const FULL_CHUNK_BYTES = 65_536

/** A stream that knows who listens, so that the listeners are the same four functions for every connection. */
type Heard = Duplex & { [EARS]?: StreamEars }

function onData(this: Heard, chunk: Buffer): void {
  const ears = this[EARS]
  ears?.arrived(chunk, chunk.length === FULL_CHUNK_BYTES)
  if (ears?.awake === true) readIntoPlaces(this, ears)
}

function onEnd(this: Heard): void {
  this[EARS]?.remoteEnded()
}

function onError(this: Heard, error: Error): void {
  this[EARS]?.socketFailed(error)
}

function onClose(this: Heard): void {
  forgetPlaces(this)
  if (!this.allowHalfOpen && this.readableEnded) this[EARS]?.remoteEnded()
  this[EARS]?.socketClosed()
}

/** Tells `ears` everything that happens to `stream`, from now on. Its end leaves our own side open. */
export const listenTo = (stream: Duplex, ears: StreamEars): void => {
  const heard: Heard = stream
  heard[EARS] = ears
  heard.allowHalfOpen = true
  stream.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose)
}

/**
 * From now on the end of `stream` closes our side too, and is told when it has closed. A second listener for the end,
 * beside the one that a socket has anyway, would cost an idle connection almost as much as its framing does.
 */
export const dozeOn = (stream: Duplex): void => {
  if (!stream.allowHalfOpen) return
  stream.allowHalfOpen = false
  stream.off('end', onEnd)
}

/** From now on, as at first, the end of `stream` is told when it comes. */
export const wakeOn = (stream: Heard): void => {
  if (stream.allowHalfOpen) return
  stream.allowHalfOpen = true
  stream.on('end', onEnd)
  if (stream.readableEnded) process.nextTick(() => stream[EARS]?.remoteEnded())
}
