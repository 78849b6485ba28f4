import type { Role } from '@/framings/framing.js'
import { fieldWords } from '@/lab/decoders/fieldWords.js'
import { inBytes } from '@/lab/decoders/inBytes.js'
import type { MessageReader, Reading } from '@/lab/decoders/messageReader.js'
import { Part } from '@/lab/decoders/part.js'
import { countedWords } from '@/lab/decoders/plainReader.js'
import { shownText } from '@/lab/decoders/shownText.js'
import type { Field } from '@/lab/wire/field.js'
import { LONELY_WIRE, type LonelyMessage } from '@/lab/wire/lonelyWire.js'

const PREAMBLE_BYTES = 4
const LENGTH_BYTES = 2
const MINIMAL = 1
const UNKNOWN: LonelyMessage = { name: '', headers: [], payload: 'bytes of an unknown type' }

/** What is being read. */
type State =
  | { readonly at: 'preamble' | 'count' | 'name length' | 'name' | 'payload' }
  /** Of a header that is known, or of one that is called like this. */
  | { readonly at: 'value length' | 'value'; readonly header: Field | string }

/** The messages of one direction of lonely. @see protocols/lonely/WIRE.md, "one message" */
export class LonelyReader implements MessageReader {
  readonly #catalogue: Readonly<Record<number, LonelyMessage>>
  readonly #part = new Part()
  #state: State = { at: 'preamble' }
  /** Bytes of the message that have not come. */
  #left = 0
  #message = UNKNOWN
  /** Headers that are still to come: these with minimal headers, so many with expanded ones. */
  #coming: readonly Field[] | number = []
  #compressed = false

  /** @param role of the end that speaks */
  constructor(role: Role) {
    this.#catalogue = LONELY_WIRE[role]
  }

  begin(size: number): void {
    this.#left = size
    this.#message = UNKNOWN
    this.#compressed = false
    this.#expect({ at: 'preamble' }, PREAMBLE_BYTES)
  }

  read(bytes: Buffer, last: boolean): Reading {
    for (let at = 0; ; ) {
      if (this.#part.whole) {
        const words = this.#step()
        if (words !== undefined) return this.#reading(bytes.subarray(0, at), words, true)
      } else if (at === bytes.length) return this.#reading(bytes, this.#unfinished(at, last), last)
      else at = this.#part.take(bytes, at)
    }
  }

  #reading(bytes: Buffer, meaning: string, endsField: boolean): Reading {
    this.#left -= bytes.length
    if (endsField && this.#state.at === 'payload') this.#part.start(this.#left)
    return { bytes, meaning, endsField }
  }

  /** Goes on behind a part that is whole. @returns words, when a field ends there */
  #step(): string | undefined {
    const { head, size } = this.#part
    const state = this.#state
    switch (state.at) {
      case 'preamble':
        return this.#preamble(head)
      case 'count':
        this.#coming = head.readUInt16BE()
        return this.#goOn(`${this.#message.name}, expanded headers: ${this.#coming}`)
      case 'name length':
        return this.#expect({ at: 'name' }, head.readUInt16BE())
      case 'name':
        return this.#expect({ at: 'value length', header: this.#headerNamed(head, size) }, LENGTH_BYTES)
      case 'value length':
        return this.#expect({ at: 'value', header: state.header }, head.readUInt16BE())
      case 'value':
        return this.#value(state.header, head, size)
      case 'payload':
        return countedWords(this.#payloadName, size, size, size)
    }
  }

  #preamble(head: Buffer): string | undefined {
    const type = head.readUInt16BE(2)
    const message = this.#catalogue[type]
    if (message === undefined) {
      this.#state = { at: 'payload' }
      return `type ${type}, which is unknown`
    }
    this.#message = message
    if (((head[1] ?? 0) & MINIMAL) === 0) return this.#expect({ at: 'count' }, LENGTH_BYTES)
    this.#coming = message.headers
    return this.#goOn(message.name)
  }

  #value(header: Field | string, head: Buffer, size: number): string {
    if (typeof header === 'string') return this.#goOn(`header ${header}, ${inBytes(size)}`)
    const isZero = head.subarray(0, size).every((byte) => byte === 0)
    const { inFirstPart } = this.#message
    if (header.filter === 'compressor') this.#compressed = !isZero
    if (header.filter === 'part_id' && isZero && typeof this.#coming !== 'number' && inFirstPart !== undefined)
      this.#coming = [...this.#coming, ...inFirstPart]
    return this.#goOn(fieldWords(header, head, size))
  }

  /** To the next header, or what is behind the last. @returns the words */
  #goOn(words: string): string {
    const coming = this.#coming
    if (typeof coming === 'number') {
      if (coming === 0) this.#state = { at: 'payload' }
      else this.#expect({ at: 'name length' }, LENGTH_BYTES)
      this.#coming = Math.max(0, coming - 1)
      return words
    }
    const [next, ...others] = coming
    this.#coming = others
    if (next === undefined) this.#state = { at: 'payload' }
    else this.#expect({ at: 'value length', header: next }, LENGTH_BYTES)
    return words
  }

  #expect(state: State, size: number): undefined {
    this.#state = state
    this.#part.start(size)
  }

  /** A header by its name, in any case; what is not known by how it was written. */
  #headerNamed(head: Buffer, size: number): Field | string {
    const name = head.toString('latin1').toLowerCase()
    const known = (header: Field): boolean => header.name === name && head.length === size
    const { headers, inFirstPart = [] } = this.#message
    return [...headers, ...inFirstPart, ...LONELY_WIRE.headers].find(known) ?? `"${shownText(head, size)}"`
  }

  get #payloadName(): string {
    const name = this.#message.payload ?? 'bytes that nobody looks at'
    return this.#compressed ? `compressed ${name}` : name
  }

  #unfinished(here: number, last: boolean): string {
    const state = this.#state
    const { have, size } = this.#part
    if (state.at === 'payload') return countedWords(this.#payloadName, here, have, size)
    const name = 'header' in state && typeof state.header !== 'string' ? state.header.name : 'a header'
    const what = state.at === 'preamble' || state.at === 'count' ? 'flags and type' : name
    return last ? `the message ends inside ${what}` : `part of ${what}`
  }
}
