import { Deque } from '@/bytes/deque.js'
import { asBuffer } from '@/bytes/asBuffer.js'
import { type FramingContext, OpenFraming, type Reading, type Step } from '@/framings/index.js'

/**
 * The framing of a connection over a `WebSocketStream`: what comes in are whole messages, one a chunk; what goes out
 * carries its length before it, from which the stream makes messages again.
 */
export class WebSocketFraming extends OpenFraming {
  readonly name = 'websocket'
  readonly announces = false
  readonly #messages = new Deque<Buffer>()
  #bytes = 0

  override push(chunk: Uint8Array): void {
    this.#messages.push(asBuffer(chunk))
    this.#bytes += chunk.length
  }

  protected read(): Step | undefined {
    const message = this.#messages.shift()
    if (message === undefined) return undefined
    this.#bytes -= message.length
    return { do: 'deliver', message }
  }

  override get waiting(): number {
    return this.#bytes
  }

  override get reading(): Reading {
    return this.opened ? 'between' : 'opening'
  }

  start(size: number): void {
    this.writer.u32(size)
  }

  override end(): void {}
}

/** One for each connection. */
export const webSocketFraming = (context: FramingContext): WebSocketFraming => new WebSocketFraming(context)
