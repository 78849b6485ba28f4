/** Pieces below this are copied, so that they do not keep alive the larger chunk they came in. */
export const COPIED_BYTES = 16_384

const FIRST_BLOCK_BYTES = 1_024
const BLOCK_BYTES = 65_536
const NOTHING = Buffer.alloc(0)

/**
 * The bytes of a body that is on its way in, in pieces. However small those are that come, what is held stays in
 * proportion to their bytes: small ones are gathered in blocks, as each piece costs memory of its own.
 */
export class Pieces {
  #pieces: Buffer[] = []
  /** Where small pieces are gathered. */
  #block = NOTHING
  #used = 0
  #size = 0

  /** @param piece not to be changed any more when it has 16 KiB or more; others are copied */
  add(piece: Buffer): void {
    this.#size += piece.length
    if (piece.length >= COPIED_BYTES) {
      this.#closeBlock()
      this.#pieces.push(piece)
      return
    }
    for (let rest = piece; rest.length > 0; ) {
      if (this.#used === this.#block.length) this.#newBlock()
      const copied = rest.copy(this.#block, this.#used)
      this.#used += copied
      rest = rest.subarray(copied)
    }
  }

  /** All bytes in one buffer that keeps nothing else alive; there are none any more. */
  takeWhole(): Buffer {
    const size = this.#size
    const pieces = this.takeAll()
    const [first] = pieces
    return pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces, size)
  }

  /** All of them, in order; there are none any more. */
  takeAll(): readonly Buffer[] {
    this.#closeBlock()
    const pieces = this.#pieces
    this.#pieces = []
    this.#block = NOTHING
    this.#size = 0
    return pieces
  }

  #newBlock(): void {
    this.#closeBlock()
    const bytes = Math.min(BLOCK_BYTES, Math.max(FIRST_BLOCK_BYTES, this.#size))
    if (this.#block.length < bytes) this.#block = Buffer.allocUnsafeSlow(bytes)
  }

  /** A full block becomes a piece; of one that is not full a copy does, and it is used again. */
  #closeBlock(): void {
    if (this.#used === 0) return
    if (this.#used === this.#block.length) {
      this.#pieces.push(this.#block)
      this.#block = NOTHING
    } else {
      this.#pieces.push(Buffer.from(this.#block.subarray(0, this.#used)))
    }
    this.#used = 0
  }
}
