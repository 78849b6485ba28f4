import { type Detail, TransportError } from '@/errors.js'
import { asBuffer } from '@/bytes/asBuffer.js'
import type { FramingContext, FramingFactory, Reading, Step } from '@/framings/framing.js'
import { OpenFraming } from '@/framings/openFraming.js'
import { announcedBytes, MAX_PACKET_BYTES, PREFIX_BYTES } from '@/protocols/stp/packet.js'

/** Content that an acceptor may answer with, though none is specified. */
const MAX_CONTENT_BYTES = 1_024

/** Where the reading stands. `over`: the one packet is here, or the one content, and nothing may follow. */
type Inbound =
  | { readonly at: 'prefix' }
  | { readonly at: 'asked'; readonly prefix: Buffer; readonly size: number }
  | { readonly at: 'begun'; readonly prefix: Buffer; readonly size: number }
  | { readonly at: 'payload'; readonly size: number; readonly left: number }
  | { readonly at: 'refused' }
  | { readonly at: 'over' }

/**
 * One packet, from the end that connected to the end that listens, and then the end of the connection. The message is
 * the whole packet, sizes included, as it is in a datagram. Whatever the listening end says is content of no meaning.
 * @see WIRE.md, "TCP"
 */
export class StpFraming extends OpenFraming {
  readonly name = 'stp'
  readonly announces = true
  readonly #role: FramingContext['role']
  readonly #maxPacketBytes: number
  #inbound: Inbound = { at: 'prefix' }

  constructor(context: Pick<FramingContext, 'role' | 'writer' | 'maxMessageBytes'>) {
    super(context)
    this.#role = context.role
    this.#maxPacketBytes = Math.min(context.maxMessageBytes, MAX_PACKET_BYTES)
  }

  protected read(): Step | undefined {
    if (this.#role === 'opener') return this.#readContent()
    switch (this.#inbound.at) {
      case 'prefix':
        return this.#readPrefix()
      case 'begun':
        return this.#begin(this.#inbound.prefix, this.#inbound.size)
      case 'payload':
        return this.#readPayload(this.#inbound.size, this.#inbound.left)
      case 'over':
        if (this.input.length > 0) throw surplus(this.input.length)
        return undefined
      default:
        return undefined
    }
  }

  #readContent(): Step | undefined {
    const message = this.#inbound.at === 'over' ? undefined : this.input.takeSome(MAX_CONTENT_BYTES)
    if (message === undefined) {
      this.input.clear()
      return undefined
    }
    this.#inbound = { at: 'over' }
    return { do: 'deliver', message }
  }

  #readPrefix(): Step | undefined {
    const prefix = this.input.take(PREFIX_BYTES)
    if (prefix === undefined) return undefined
    const size = announcedBytes(prefix)
    if (size > this.#maxPacketBytes)
      throw new TransportError('MESSAGE_TOO_LARGE', { size, limit: this.#maxPacketBytes })
    this.observer?.lengthReceived(size)
    this.#inbound = { at: 'asked', prefix, size }
    if (size > this.acceptUpTo) return { do: 'offer', size }
    return this.#begin(prefix, size)
  }

  #begin(prefix: Buffer, size: number): Step {
    const rest = this.input.take(size - PREFIX_BYTES)
    if (rest !== undefined) {
      this.#finish()
      return { do: 'deliver', message: Buffer.concat([prefix, rest], size) }
    }
    this.#inbound = { at: 'payload', size, left: size - PREFIX_BYTES }
    return { do: 'piece', bytes: prefix, size, left: size - PREFIX_BYTES }
  }

  #readPayload(size: number, before: number): Step | undefined {
    const bytes = this.input.takeSome(before)
    if (bytes === undefined) return undefined
    const left = before - bytes.length
    if (left === 0) this.#finish()
    else this.#inbound = { at: 'payload', size, left }
    return { do: 'piece', bytes, size, left }
  }

  /** What stands behind the packet spoils it, if it is here already. */
  #finish(): void {
    this.#inbound = { at: 'over' }
    if (this.input.length > 0) throw surplus(this.input.length)
  }

  override accept(): void {
    if (this.#inbound.at !== 'asked') return
    this.#inbound = { ...this.#inbound, at: 'begun' }
  }

  override refuse(): void {
    if (this.#inbound.at !== 'asked') return
    this.#inbound = { at: 'refused' }
    this.input.clear()
  }

  override push(chunk: Uint8Array): void {
    if (this.#inbound.at !== 'refused') super.push(chunk)
  }

  /** @throws TransportError FRAME_TRUNCATED at the listening end, unless the packet is here */
  override end(): void {
    if (this.#role === 'opener') return
    const inbound = this.#inbound
    const waiting = this.input.length
    switch (inbound.at) {
      case 'prefix':
        return complain(waiting, PREFIX_BYTES)
      case 'payload':
        return complain(inbound.size - inbound.left + waiting, inbound.size)
      case 'asked':
      case 'begun':
        return complain(PREFIX_BYTES + waiting, inbound.size)
      default:
    }
  }

  override get reading(): Reading {
    if (!this.opened) return 'opening'
    switch (this.#inbound.at) {
      case 'asked':
      case 'refused':
        return this.#inbound.at
      case 'prefix':
        return this.#role === 'opener' || this.waiting === 0 ? 'between' : 'inside'
      case 'over':
        return 'between'
      default:
        return 'inside'
    }
  }

  start(_size: number): void {}

  override objection(size: number, message: Uint8Array | undefined): Detail | undefined {
    if (this.#role === 'acceptor') return { size, problem: 'the listening end answers nothing' }
    if (message === undefined) return { size, problem: 'a packet contains its own sizes and cannot be streamed' }
    const says = size < PREFIX_BYTES ? 0 : announcedBytes(asBuffer(message))
    return says === size ? undefined : { size, says, problem: 'the sizes inside the packet are wrong' }
  }
}

/** A framing of one packet for each connection. */
export const stp: FramingFactory = (context) => new StpFraming(context)

const surplus = (bytes: number): TransportError =>
  new TransportError('FRAME_MALFORMED', { bytes, problem: 'something stands behind the one packet' })

const complain = (have: number, need: number): void => {
  if (have < need) throw new TransportError('FRAME_TRUNCATED', { have, need })
}
