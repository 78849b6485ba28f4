import { type Detail, TransportError } from '@/errors.js'
import type { FramingContext, FramingFactory, Reading, Step } from '@/framings/framing.js'
import { LengthLayout, type LengthOptions } from '@/framings/lengthLayout.js'
import { OpenFraming } from '@/framings/openFraming.js'

type Inbound =
  | { readonly at: 'head' }
  | { readonly at: 'asked'; readonly size: number }
  | { readonly at: 'payload'; readonly size: number; readonly left: number }
  | { readonly at: 'refused' }

const HEAD: Inbound = { at: 'head' }

/**
 * A length, then as many bytes; nothing is answered. The bytes of a head that are neither the length nor part of the
 * message leave as zeros. Where the length field is part of the message, the message must carry it rightly.
 * @see WIRE.md, "length"
 */
export class LengthFraming extends OpenFraming {
  readonly name = 'length'
  readonly announces = true
  readonly #layout: LengthLayout
  #inbound: Inbound = HEAD
  /** Bytes of the message that came with its head. */
  #begun: Buffer | undefined
  #ended = false

  /** @throws TransportError OPTION_INVALID */
  constructor(context: Pick<FramingContext, 'writer' | 'maxMessageBytes'>, options: LengthOptions = {}) {
    super(context)
    this.#layout = new LengthLayout(options)
  }

  get payloadLeft(): number {
    const inbound = this.#inbound
    return inbound.at === 'payload' && this.#begun === undefined && this.waiting === 0 ? inbound.left : 0
  }

  protected read(): Step | undefined {
    const step = this.#nextInbound()
    if (step === undefined && this.#ended) this.end()
    return step
  }

  #nextInbound(): Step | undefined {
    const inbound = this.#inbound
    switch (inbound.at) {
      case 'head':
        return this.#readHead()
      case 'asked':
        return undefined
      case 'payload':
        return this.#readPayload(inbound.size, inbound.left)
      case 'refused':
        return undefined
    }
  }

  #readHead(): Step | undefined {
    const size = this.#layout.plain ? this.input.takeU32() : this.#takeSize()
    if (size === undefined) return undefined
    this.observer?.lengthReceived(size - this.#layout.adjustment)
    if (size > this.acceptUpTo) {
      this.#inbound = { at: 'asked', size }
      return { do: 'offer', size }
    }
    return this.#readPayload(size, size)
  }

  /** The size that a head of unusual layout announces. */
  #takeSize(): number | undefined {
    const layout = this.#layout
    const head = this.input.take(layout.headBytes)
    if (head === undefined) return undefined
    const length = layout.lengthIn(head, 0)
    const size = length + layout.adjustment
    const least = layout.headBytes - layout.skip
    if (length > Number.MAX_SAFE_INTEGER || size > Number.MAX_SAFE_INTEGER || size < least) {
      const field = head.subarray(layout.fieldOffset, layout.fieldOffset + layout.fieldBytes).toString('hex')
      const { adjustment } = layout
      throw new TransportError('FRAME_MALFORMED', { field, adjustment, size, least, most: Number.MAX_SAFE_INTEGER })
    }
    if (least > 0) this.#begun = head.subarray(layout.skip)
    return size
  }

  #readPayload(size: number, left: number): Step | undefined {
    if (this.#begun !== undefined) return this.#readBegun(size, this.#begun)
    const whole = left === size ? this.input.take(size) : undefined
    if (whole !== undefined) {
      this.#inbound = HEAD
      return { do: 'deliver', message: whole }
    }
    const bytes = this.input.takeSome(left)
    if (bytes === undefined) {
      this.#inbound = { at: 'payload', size, left }
      return undefined
    }
    const rest = left - bytes.length
    this.#inbound = rest === 0 ? HEAD : { at: 'payload', size, left: rest }
    return { do: 'piece', bytes, size, left: rest }
  }

  #readBegun(size: number, begun: Buffer): Step {
    const left = size - begun.length
    const rest = this.input.take(left)
    this.#begun = undefined
    if (rest !== undefined) {
      this.#inbound = HEAD
      return { do: 'deliver', message: Buffer.concat([begun, rest], size) }
    }
    this.#inbound = { at: 'payload', size, left }
    return { do: 'piece', bytes: begun, size, left }
  }

  override accept(): void {
    const inbound = this.#inbound
    if (inbound.at === 'asked') this.#inbound = { at: 'payload', size: inbound.size, left: inbound.size }
  }

  /** What still comes is thrown away. */
  override refuse(): void {
    if (this.#inbound.at !== 'asked') return
    this.#inbound = { at: 'refused' }
    this.input.clear()
  }

  override push(chunk: Uint8Array): void {
    if (this.#inbound.at !== 'refused') super.push(chunk)
  }

  /** What has arrived and is not read yet is read first: then `next` throws what would be thrown here. */
  override end(): void {
    this.#ended = true
    const inbound = this.#inbound
    if (inbound.at === 'refused') return
    const waiting = this.waiting + (this.#begun?.length ?? 0)
    if (inbound.at !== 'head') {
      const left = inbound.at === 'asked' ? inbound.size : inbound.left
      if (waiting >= left) return
      throw new TransportError('FRAME_TRUNCATED', { have: inbound.size - left + waiting, need: inbound.size })
    }
    const { headBytes } = this.#layout
    if (waiting > 0 && waiting < headBytes)
      throw new TransportError('FRAME_TRUNCATED', { have: waiting, need: headBytes })
  }

  override get reading(): Reading {
    if (!this.opened) return 'opening'
    switch (this.#inbound.at) {
      case 'head':
        return this.waiting === 0 ? 'between' : 'inside'
      case 'payload':
        return 'inside'
      default:
        return this.#inbound.at
    }
  }

  start(size: number): void {
    const layout = this.#layout
    const length = size - layout.adjustment
    if (length < 0 || length > layout.maxLength) throw new TransportError('MESSAGE_UNSENDABLE', this.objection(size))
    this.observer?.lengthSent(length)
    if (layout.plain) return this.writer.u32(length)
    if (layout.inMessage) return this.#fill(layout.skip)
    this.#fill(layout.fieldOffset)
    for (let i = 0; i < layout.fieldBytes; i++) this.writer.byte(layout.lengthByte(length, i))
    this.#fill(layout.skip - layout.fieldOffset - layout.fieldBytes)
  }

  #fill(count: number): void {
    if (count > 0) this.writer.byte(0, count)
  }

  override objection(size: number, message?: Uint8Array): Detail | undefined {
    const { adjustment, maxLength, inMessage, headBytes, skip } = this.#layout
    const length = size - adjustment
    if (length < 0 || length > maxLength) return { size, length, limit: maxLength }
    if (!inMessage) return undefined
    if (message === undefined) return { size, problem: 'a message that contains its own length cannot be streamed' }
    if (size < headBytes - skip) return { size, least: headBytes - skip }
    const says = this.#layout.lengthIn(message, skip)
    return says === length ? undefined : { size, length, says, problem: 'the length inside the message is wrong' }
  }
}

/**
 * A framing of this layout for each connection.
 * @throws TransportError OPTION_INVALID at once
 */
export const length = (options: LengthOptions = {}): FramingFactory => {
  const checked = { ...options }
  void new LengthLayout(checked)
  return (context) => new LengthFraming(context, checked)
}
