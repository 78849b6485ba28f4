import { fieldWords } from '@/lab/decoders/fieldWords.js'
import { inBytes } from '@/lab/decoders/inBytes.js'
import { MemberReader } from '@/lab/decoders/memberReader.js'
import { memberWords } from '@/lab/decoders/memberWords.js'
import type { MessageReader, Reading } from '@/lab/decoders/messageReader.js'
import { Part } from '@/lab/decoders/part.js'
import { countedWords } from '@/lab/decoders/plainReader.js'
import { shownText } from '@/lab/decoders/shownText.js'
import { STP_WIRE } from '@/lab/wire/stpWire.js'

const HEADER_SIZE_BYTES = 2
const BODY_SIZE_BYTES = 4
const KEYS = STP_WIRE.members.map(({ name }) => name)
/** What JSON has for values that mean no, as originals take them. */
const NO = new Set(['false', 'null', '0', '""', '[]', '{}'])

/** STP packets, which have their sizes at their beginning. @see protocols/stp/WIRE.md, "packet" */
export class StpReader implements MessageReader {
  readonly #part = new Part()
  readonly #members = new MemberReader(KEYS)
  #at: 'header size' | 'body size' | 'header' | 'body' | 'behind' = 'header size'
  #headerBytes = 0
  #bodyBytes = 0

  begin(): void {
    this.#members.reset()
    this.#headerBytes = this.#bodyBytes = 0
    this.#expect('header size', HEADER_SIZE_BYTES)
  }

  /** No byte of a packet is missing, of one whose sizes are there. */
  get whole(): boolean {
    return this.#at === 'behind'
  }

  /** How far it has come, in words. */
  get place(): string {
    const { have, size } = this.#part
    return `inside ${this.#at === 'header size' ? 'its sizes' : `the ${this.#at}`}, after ${have} of ${inBytes(size)}`
  }

  read(bytes: Buffer, last: boolean): Reading {
    if (this.#at === 'behind') return { bytes, meaning: 'bytes behind the packet', endsField: last }
    const end = this.#part.take(bytes, 0)
    const some = bytes.subarray(0, end)
    if (this.#at === 'header') this.#members.push(some)
    if (this.#part.whole) return { bytes: some, meaning: this.#step(end), endsField: true, endsMessage: this.whole }
    if (last) return { bytes: some, meaning: `the message ends ${this.place}`, endsField: true }
    const { have, size } = this.#part
    return { bytes: some, meaning: countedWords(this.#name, end, have, size), endsField: false }
  }

  /** Goes on behind a part that is whole. @param here bytes of it in this chunk */
  #step(here: number): string {
    const { head, size } = this.#part
    switch (this.#at) {
      case 'header size':
        this.#headerBytes = head.readUInt16BE()
        this.#expect('body size', BODY_SIZE_BYTES)
        return fieldWords(STP_WIRE.headerSize, head, size)
      case 'body size':
        this.#bodyBytes = head.readUInt32BE()
        this.#expectNext()
        return fieldWords(STP_WIRE.bodySize, head, size)
      case 'header': {
        const words = `${countedWords('header', here, size, size)}: ${this.#headerWords}`
        this.#headerBytes = 0
        this.#expectNext()
        return words
      }
      default: {
        const words = countedWords(this.#name, here, size, size)
        const shown = this.#sealedWith === undefined ? `: ${shownText(head, size)}` : ''
        this.#at = 'behind'
        return words + shown
      }
    }
  }

  #expectNext(): void {
    if (this.#headerBytes > 0) this.#expect('header', this.#headerBytes)
    else if (this.#bodyBytes > 0) this.#expect('body', this.#bodyBytes)
    else this.#at = 'behind'
  }

  #expect(at: 'header size' | 'body size' | 'header' | 'body', size: number): void {
    this.#at = at
    this.#part.start(size)
  }

  get #name(): string {
    const seal = this.#at === 'body' ? this.#sealedWith : undefined
    return seal === undefined ? this.#at : `${STP_WIRE.sealed.name} (${seal})`
  }

  get #headerWords(): string {
    return this.#members.isObject ? memberWords(this.#members, STP_WIRE.members) : 'no JSON object'
  }

  /** Undefined when the body is plain. */
  get #sealedWith(): string | undefined {
    const encrypted = this.#members.value('encrypted')
    if (encrypted === undefined || NO.has(encrypted.toString('latin1'))) return undefined
    const how = this.#members.value('enc')
    return how === undefined ? 'RSA' : shownText(how).replaceAll('"', '')
  }
}
