const FIRST_BYTES = 65_536
const GROWTH = 16
/** So many parts at most wait as they came, since each costs memory beside its bytes. */
const MOST_PARTS = 16
const NOTHING = Buffer.alloc(0)

/**
 * One large message being put together from its parts. Memory follows what has arrived: at most 64 KiB, or 16 times the
 * bytes that are here, and never more than the message's size. Parts wait as they came until that is enough for the whole
 * message, so that as a rule each byte is copied once, into the final buffer. Who asks for `rest` may put bytes there at
 * once, and spares them the copy.
 */
export class Assembly {
  readonly size: number
  #buffer = NOTHING
  /** What follows the bytes in the buffer. */
  #parts: Uint8Array[] = []
  #filled = 0

  /** @param size bytes of the whole message @param first the first part */
  constructor(size: number, first: Uint8Array) {
    this.size = size
    this.add(first)
  }

  /** Bytes of memory held now. */
  get heldBytes(): number {
    return this.#parts.reduce((sum, { length }) => sum + length, this.#buffer.length)
  }

  /** @param part must not be changed until the message has been taken */
  add(part: Uint8Array): void {
    const before = this.#filled
    this.#filled += part.length
    if (this.#filled <= this.#buffer.length) {
      if (!this.#isAt(before, part)) this.#buffer.set(part, before)
      return
    }
    this.#parts.push(part)
    if (this.#parts.length === MOST_PARTS || this.#room() === this.size) this.#gather()
  }

  /** Memory for what comes next; to be filled from its start, and then added. Not empty before the message is whole. */
  rest(): Buffer {
    const isLast = this.#buffer.length < this.size && this.#room() === this.size
    if (isLast || this.#filled >= this.#buffer.length) this.#gather()
    return this.#buffer.subarray(this.#filled)
  }

  /** The message; to be called once, when every part has been added. */
  take(): Buffer {
    return this.#buffer
  }

  #isAt(offset: number, part: Uint8Array): boolean {
    return part.buffer === this.#buffer.buffer && part.byteOffset === this.#buffer.byteOffset + offset
  }

  /** Bytes that may be held for what is here. */
  #room(): number {
    return Math.min(this.size, Math.max(FIRST_BYTES, this.#filled * GROWTH))
  }

  #gather(): void {
    const wider = Buffer.allocUnsafeSlow(this.#room())
    let end = this.#filled
    for (const part of this.#parts.reverse()) wider.set(part, (end -= part.length))
    this.#buffer.copy(wider, 0, 0, end)
    this.#buffer = wider
    this.#parts = []
  }
}
