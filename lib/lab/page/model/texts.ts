import { ByteReader } from '@/lab/page/model/byteReader.js'

/** The texts of a page by their numbers, each of them once; the first one is empty. */
export class Texts {
  readonly count: number
  readonly #bytes: Uint8Array
  /** Where each begins, and where the last one ends. */
  readonly #starts: Uint32Array
  readonly #decoder = new TextDecoder()
  #lowered: { readonly text: string; readonly starts: Uint32Array } | undefined

  /** @param column each with its size in front */
  constructor(column: Uint8Array, count: number) {
    this.count = count
    this.#bytes = new Uint8Array(column.length)
    this.#starts = new Uint32Array(count + 1)
    const reader = new ByteReader(column)
    let end = 0
    for (let number = 1; number < count; number++) {
      const size = reader.whole()
      this.#bytes.set(column.subarray(reader.place, reader.place + size), end)
      reader.skip(size)
      end += size
      this.#starts[number + 1] = end
    }
  }

  text(number: number): string {
    return this.#decoder.decode(this.#bytes.subarray(this.#starts[number], this.#starts[number + 1]))
  }

  /** A 1 at the number of each that has these words in it. @param wanted in lower case, and not empty */
  with(wanted: string): Uint8Array {
    const found = new Uint8Array(this.count)
    this.#lowered ??= this.#lower()
    const { text, starts } = this.#lowered
    let number = 0
    for (let at = text.indexOf(wanted); at >= 0; ) {
      while ((starts[number + 1] ?? Infinity) <= at) number++
      const end = starts[number + 1] ?? 0
      const isInside = at + wanted.length <= end
      if (isInside) found[number] = 1
      at = text.indexOf(wanted, isInside ? end : at + 1)
    }
    return found
  }

  /** All of them as one text in lower case: to look through that takes a tenth of what one after the other does. */
  #lower(): { readonly text: string; readonly starts: Uint32Array } {
    const end = this.#starts[this.count] ?? 0
    const text = this.#decoder.decode(this.#bytes.subarray(0, end)).toLowerCase()
    // No character is longer in lower case than it was in UTF-8: as long as the bytes, so each is where its byte was.
    if (text.length === end) return { text, starts: this.#starts }
    const starts = new Uint32Array(this.count + 1)
    let all = ''
    for (let number = 0; number < this.count; number++) {
      all += this.text(number).toLowerCase()
      starts[number + 1] = all.length
    }
    return { text: all, starts }
  }
}
