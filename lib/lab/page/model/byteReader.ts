/** Reads what a `ByteWriter` has written. Beyond the end all is 0. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** How many bytes were read. */
  get place(): number {
    return this.#at
  }

  skip(bytes: number): void {
    this.#at += bytes
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0
  }

  whole(): number {
    let byte = this.byte()
    let value = byte & 0x7f
    for (let unit = 0x80; byte > 0x7f; unit *= 0x80) {
      byte = this.byte()
      value += (byte & 0x7f) * unit
    }
    return value
  }

  signed(): number {
    const value = this.whole()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
}
