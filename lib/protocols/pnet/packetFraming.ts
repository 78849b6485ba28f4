import { type Detail, TransportError } from '@/errors.js'
import { asBuffer } from '@/bytes/asBuffer.js'
import { Begun } from '@/framings/begun.js'
import type { FramingContext, Role, Step } from '@/framings/framing.js'
import { OpenFraming } from '@/framings/openFraming.js'
import { isSpace } from '@/protocols/pnet/packet.js'

const NEWLINE = 0x0a

/**
 * One packet in each direction, each a line of text with its newline; what follows the first line that counts is thrown
 * away unread. The newline may be missing where the stream ends. An acceptor takes an empty line, or nothing at all,
 * for an empty packet, since that has an answer; an opener, whose answer it would be, passes over blank lines.
 * @see WIRE.md, "connections"
 */
export class PacketFraming extends OpenFraming {
  readonly name = 'pnet'
  readonly announces = false
  readonly #role: Role
  readonly #begun = new Begun()
  #done = false
  #ended = false

  constructor(context: Pick<FramingContext, 'writer' | 'maxMessageBytes' | 'role'>) {
    super(context)
    this.#role = context.role
  }

  protected read(): Step | undefined {
    for (;;) {
      const chunk = this.input.takeSome(Number.MAX_SAFE_INTEGER)
      if (chunk === undefined) return this.#ended ? this.#readEnd() : undefined
      const line = this.#done ? undefined : this.#lineIn(chunk)
      if (line !== undefined) return this.#deliver(line)
    }
  }

  #lineIn(chunk: Buffer): Buffer | undefined {
    for (let from = 0; from < chunk.length; ) {
      const newline = chunk.indexOf(NEWLINE, from)
      const part = chunk.subarray(from, newline < 0 ? chunk.length : newline + 1)
      const size = this.#begun.length + part.length
      const limit = this.maxMessageBytes
      if (size > limit) throw new TransportError('MESSAGE_TOO_LARGE', { size, limit })
      if (newline < 0) {
        this.#begun.add(part, limit)
        return undefined
      }
      const line = this.#begun.takeWith(part)
      if (this.#counts(line)) return line
      from = newline + 1
    }
    return undefined
  }

  #readEnd(): Step | undefined {
    if (this.#done) return undefined
    const line = this.#begun.take()
    return this.#counts(line) ? this.#deliver(line) : undefined
  }

  #counts(line: Buffer): boolean {
    return this.#role === 'acceptor' || !line.every(isSpace)
  }

  #deliver(message: Buffer): Step {
    this.#done = true
    return { do: 'deliver', message }
  }

  /** What has not been read yet is read first; then what has begun is a whole packet. */
  override end(): void {
    this.#ended = true
  }

  override get waiting(): number {
    return this.#done ? 0 : this.input.length + this.#begun.length
  }

  start(_size: number): void {}

  override objection(size: number, message: Uint8Array | undefined): Detail | undefined {
    if (message === undefined) return { size, problem: 'a packet cannot be streamed' }
    if (size > 0 && asBuffer(message).indexOf(NEWLINE) === size - 1) return undefined
    return { size, problem: 'a packet is one line and ends with its newline' }
  }
}
