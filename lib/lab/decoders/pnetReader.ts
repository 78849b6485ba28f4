import { inBytes } from '@/lab/decoders/inBytes.js'
import type { MessageReader, Reading } from '@/lab/decoders/messageReader.js'
import { KEPT_BYTES } from '@/lab/decoders/part.js'
import { shownText } from '@/lab/decoders/shownText.js'
import { PNET_WIRE } from '@/lab/wire/pnetWire.js'

const BAR = 0x7c
const NEWLINE = 0x0a
const END = 'END'
const SECTIONS = PNET_WIRE.sections.length
const CONTENTS: Readonly<Record<string, string>> = PNET_WIRE.contents

/** pnet packets: five sections with bars between, up to a newline. @see protocols/pnet/WIRE.md, "packet" */
export class PnetReader implements MessageReader {
  #section = 0
  #have = 0
  readonly #kept = Buffer.alloc(KEPT_BYTES)
  #type = ''
  #behind = false

  begin(): void {
    this.#section = 0
    this.#type = ''
    this.#behind = false
    this.#have = 0
  }

  /** Something of a packet has come. */
  get begun(): boolean {
    return this.#section > 0 || this.#have > 0
  }

  /** Each section with the bar or the newline that ends it. */
  read(bytes: Buffer, last: boolean): Reading {
    if (this.#behind) return { bytes, meaning: 'behind the packet', endsField: last }
    const newline = bytes.indexOf(NEWLINE)
    const line = newline < 0 ? bytes : bytes.subarray(0, newline)
    // Behind the last section bars have no meaning, and are many sections of a packet that has none.
    const bar = this.#section < SECTIONS ? line.indexOf(BAR) : -1
    const text = bar < 0 ? line : line.subarray(0, bar)
    this.#keep(text)
    const endsMessage = bar < 0 && newline >= 0
    const some = bytes.subarray(0, text.length + (bar >= 0 || endsMessage ? 1 : 0))
    if (bar < 0 && !endsMessage && !last)
      return { bytes: some, meaning: `part of ${this.#name}, ${inBytes(this.#have)} so far`, endsField: false }
    const meaning = this.#words() + (bar < 0 && this.#section < SECTIONS - 1 ? ', which is the last section' : '')
    this.#section++
    this.#have = 0
    this.#behind = endsMessage
    return { bytes: some, meaning, endsField: true, endsMessage }
  }

  #keep(bytes: Buffer): void {
    if (this.#have < KEPT_BYTES) bytes.copy(this.#kept, this.#have)
    this.#have += bytes.length
  }

  get #name(): string {
    return PNET_WIRE.sections[this.#section]?.name ?? 'too many sections'
  }

  #words(): string {
    const size = this.#have
    const head = this.#kept.subarray(0, Math.min(size, KEPT_BYTES))
    const shown = shownText(head, size).trim()
    switch (PNET_WIRE.sections[this.#section]?.filter) {
      case 'content':
        return this.#contentWords(shown, size)
      case 'key':
        return size === 0 ? 'no key' : `key of the sender, ${inBytes(size)}`
      case 'end':
        return shown.replace(/·$/, '') === END ? END : `"${shown}" instead of ${END}`
      case undefined:
        return `${this.#name}, ${inBytes(size)}`
      case 'type':
        this.#type = shown
        return `type ${shown}`
      default:
        return `${this.#name} "${shown}"`
    }
  }

  #contentWords(shown: string, size: number): string {
    const { begins, name } = PNET_WIRE.fernet
    if (shown.startsWith(begins)) return `content, ${inBytes(size)}: ${name}`
    const kind = CONTENTS[this.#type]
    if (kind === undefined) return `content, ${inBytes(size)}`
    return /seal/.test(kind) ? `content, ${inBytes(size)}: ${kind}` : `${kind} "${shown}"`
  }
}
