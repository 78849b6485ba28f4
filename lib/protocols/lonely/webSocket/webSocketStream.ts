import { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { ChunkQueue } from '@/bytes/chunkQueue.js'
import type { Cancel, Clock } from '@/core/index.js'
import { webSocketError } from '@/protocols/lonely/webSocket/webSocketError.js'
import { TransportError } from '@/errors.js'

const NORMAL_CLOSURE = 1_000

/** What a stream needs beside its WebSocket. */
export interface WebSocketStreamParts {
  /** The socket below. */
  readonly socket: Duplex
  /** Largest message that it takes. */
  readonly maxMessageBytes: number
  readonly clock: Clock
  /** Silence after which a ping is sent; as much again for the answer. 0 never asks. */
  readonly pingMs: number
}

/**
 * An open WebSocket as a stream for a connection with a `WebSocketFraming`. Each binary message is one chunk on the
 * readable side. On the writable side each length and its payload become one binary message, however they were cut.
 */
export class WebSocketStream extends Duplex {
  /** The socket below; to look at. */
  readonly socket: Duplex
  readonly #webSocket: WebSocket
  readonly #input = new ChunkQueue()
  /** Of the message whose length has been written. */
  #size: number | undefined
  readonly #cancelPings: Cancel
  #heard: 'since' | 'not since' | 'asked' = 'since'
  /** An answer to a ping is on its way out; of the pings that come meanwhile only the last is answered. */
  #pong: { readonly next: Buffer | undefined } | undefined

  constructor(webSocket: WebSocket, { socket, maxMessageBytes, clock, pingMs }: WebSocketStreamParts) {
    super({ readableObjectMode: true, readableHighWaterMark: 64, allowHalfOpen: true, autoDestroy: true })
    this.socket = socket
    this.#webSocket = webSocket
    this.#cancelPings = pingMs === 0 ? (): void => {} : clock.every(pingMs, () => this.#ask(pingMs))
    webSocket.binaryType = 'nodebuffer'
    webSocket.on('message', (data, isBinary) => this.#arrived(data, isBinary))
    webSocket.on('pong', () => this.#hear())
    webSocket.on('ping', (payload) => this.#answer(payload))
    webSocket.on('error', (error) => this.destroy(webSocketError(error, maxMessageBytes)))
    webSocket.on('close', () => this.push(null))
  }

  #arrived(data: unknown, isBinary: boolean): void {
    this.#hear()
    if (!isBinary || !Buffer.isBuffer(data) || data.length === 0) {
      this.destroy(new TransportError('FRAME_MALFORMED', { problem: isBinary ? 'an empty message' : 'a text message' }))
    } else if (!this.push(data)) {
      this.#webSocket.pause()
    }
  }

  override _read(): void {
    if (this.#webSocket.isPaused) this.#webSocket.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#input.push(chunk)
    this.#sendAll(done)
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    for (const { chunk } of chunks) this.#input.push(chunk)
    this.#sendAll(done)
  }

  /** Sends what is whole; the rest stays, so its memory is copied, as the caller gets it back when `done` is called. */
  #sendAll(done: (error?: Error | null) => void): void {
    const messages: Buffer[] = []
    for (let message = this.#take(); message !== undefined; message = this.#take()) messages.push(message)
    const rest = this.#input.take(this.#input.length)
    if (rest !== undefined) this.#input.push(Buffer.from(rest))
    const last = messages.pop()
    if (last === undefined) return done()
    this.socket.cork()
    for (const message of messages) this.#webSocket.send(message)
    this.#webSocket.send(last, (error) => done(error))
    this.socket.uncork()
  }

  #take(): Buffer | undefined {
    this.#size ??= this.#input.takeU32()
    if (this.#size === undefined) return undefined
    const message = this.#input.take(this.#size)
    if (message !== undefined) this.#size = undefined
    return message
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#webSocket.close(NORMAL_CLOSURE)
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#cancelPings()
    this.#webSocket.terminate()
    done(error)
  }

  #hear(): void {
    this.#heard = 'since'
  }

  /** One at a time, or a peer that pings and never reads fills our memory. */
  #answer(payload: Buffer | undefined): void {
    this.#hear()
    if (this.#pong !== undefined) {
      this.#pong = { next: payload }
      return
    }
    this.#pong = { next: undefined }
    this.#webSocket.pong(payload, undefined, () => {
      const next = this.#pong?.next
      this.#pong = undefined
      if (next !== undefined && !this.destroyed) this.#answer(next)
    })
  }

  #ask(limitMs: number): void {
    if (this.#heard === 'asked')
      return void this.destroy(new TransportError('IDLE_TIMEOUT', { waitedMs: 2 * limitMs, limitMs }))
    if (this.#heard === 'not since') {
      this.#heard = 'asked'
      this.#webSocket.ping()
    } else {
      this.#heard = 'not since'
    }
  }
}
