import { inBytes } from '@/lab/decoders/inBytes.js'
import type { MessageReader, Reading } from '@/lab/decoders/messageReader.js'

const KINDS: Readonly<Record<string, string>> = {
  '{': 'object',
  '[': 'list',
  '"': 'string',
  t: 'word',
  f: 'word',
  n: 'word',
}

/** JSON values of any kind: what each is, and how long. */
export class ValueReader implements MessageReader {
  #kind = ''
  #have = 0

  begin(): void {
    this.#have = 0
  }

  read(bytes: Buffer, last: boolean): Reading {
    if (this.#have === 0) this.#kind = KINDS[bytes.toString('latin1', 0, 1)] ?? 'number'
    this.#have += bytes.length
    return { bytes, meaning: `${this.#kind}, ${inBytes(this.#have)}${last ? '' : ' so far'}`, endsField: last }
  }
}
