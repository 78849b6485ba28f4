import { inBytes } from '@/lab/decoders/inBytes.js'
import { MemberReader } from '@/lab/decoders/memberReader.js'
import { memberWords } from '@/lab/decoders/memberWords.js'
import type { MessageReader, Reading } from '@/lab/decoders/messageReader.js'
import { PYILE_WIRE } from '@/lab/wire/pyileWire.js'

/** The values of Pyile: which message each is, and its members. @see protocols/pyile/WIRE.md */
export class PyileReader implements MessageReader {
  readonly #members = new MemberReader(PYILE_WIRE.members.map(({ name }) => name))
  #have = 0

  begin(): void {
    this.#members.reset()
    this.#have = 0
  }

  read(bytes: Buffer, last: boolean): Reading {
    this.#members.push(bytes)
    this.#have += bytes.length
    const meaning = last ? this.#words : `part of a value, ${inBytes(this.#have)} so far`
    return { bytes, meaning, endsField: last }
  }

  get #words(): string {
    const message = PYILE_WIRE.messages.find(({ has }) => this.#members.value(has) !== undefined)
    if (message !== undefined) return `${message.name}: ${memberWords(this.#members, PYILE_WIRE.members)}`
    const what = this.#members.isObject ? 'an object that is none of the messages' : 'no JSON object, perhaps sealed'
    return `value, ${inBytes(this.#have)}: ${what}`
  }
}
