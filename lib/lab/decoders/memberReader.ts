import { KEPT_BYTES } from '@/lab/decoders/part.js'

const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c]
const [OPEN_OBJECT, OPEN_LIST, CLOSE_OBJECT, CLOSE_LIST] = [0x7b, 0x5b, 0x7d, 0x5d]

/**
 * Picks members of a known name out of a JSON object as it passes, and keeps the first bytes of their values. It does not
 * check that it is JSON, and keeps no more than that, whatever passes.
 */
export class MemberReader {
  readonly #known: ReadonlySet<string>
  readonly #longestKey: number
  readonly #values = new Map<string, Buffer>()
  #kept: number[] = []
  #depth = 0
  #isObject = false
  #inString = false
  #escaped = false
  /** Within the object itself: what comes next or is being read. */
  #at: 'key' | 'behind key' | 'value' = 'key'
  /** The key of the value that is being read, if it is known. */
  #key: string | undefined

  constructor(known: readonly string[]) {
    this.#known = new Set(known)
    this.#longestKey = Math.max(...known.map((key) => key.length))
  }

  /** Another value begins. */
  reset(): void {
    this.#values.clear()
    this.#kept = []
    this.#depth = 0
    this.#isObject = this.#inString = this.#escaped = false
    this.#at = 'key'
    this.#key = undefined
  }

  /** The first thing in it was the beginning of an object. */
  get isObject(): boolean {
    return this.#isObject
  }

  /** The value of a member as JSON has it, or the beginning of that; undefined when it was not there. */
  value(key: string): Buffer | undefined {
    return this.#values.get(key)
  }

  push(bytes: Buffer): void {
    for (const byte of bytes) this.#push(byte)
  }

  #push(byte: number): void {
    if (this.#depth === 1 && !this.#inString && this.#boundary(byte)) return
    if (this.#depth > 0) this.#keep(byte)
    if (this.#inString) this.#pushInString(byte)
    else if (byte === QUOTE) this.#inString = true
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) this.#open(byte)
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) this.#depth = Math.max(0, this.#depth - 1)
  }

  /** @returns whether it stands between keys and values */
  #boundary(byte: number): boolean {
    if (byte === COLON && this.#at === 'behind key') {
      this.#at = 'value'
      this.#kept = []
      return true
    }
    if (byte !== COMMA && byte !== CLOSE_OBJECT) return false
    if (this.#key !== undefined && this.#at === 'value') this.#values.set(this.#key, trimmed(this.#kept))
    this.#key = undefined
    this.#at = 'key'
    this.#kept = []
    return byte === COMMA
  }

  #open(byte: number): void {
    if (this.#depth === 0) this.#isObject = byte === OPEN_OBJECT
    this.#depth++
    if (this.#depth === 1) this.#kept = []
  }

  #pushInString(byte: number): void {
    if (this.#escaped) this.#escaped = false
    else if (byte === BACKSLASH) this.#escaped = true
    else if (byte === QUOTE) {
      this.#inString = false
      if (this.#depth === 1 && this.#at === 'key') this.#endKey()
    }
  }

  #endKey(): void {
    const key = trimmed(this.#kept).toString('latin1').slice(1, -1)
    this.#key = this.#known.has(key) ? key : undefined
    this.#at = 'behind key'
  }

  /** One byte more than the longest key with its quotes shows that a key is none of the known. */
  #keep(byte: number): void {
    const most = this.#at === 'key' ? this.#longestKey + 3 : KEPT_BYTES
    const wanted = this.#at === 'key' || this.#key !== undefined
    if (wanted && this.#kept.length < most && !(this.#kept.length === 0 && isSpace(byte))) this.#kept.push(byte)
  }
}

const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)

const trimmed = (bytes: readonly number[]): Buffer => {
  let end = bytes.length
  while (end > 0 && isSpace(bytes[end - 1] ?? 0)) end--
  return Buffer.from(bytes.slice(0, end))
}
