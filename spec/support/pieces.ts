/** What a capture has been given so far. */
export class Pieces {
  readonly #pieces: Buffer[] = []
  readonly write = (bytes: Buffer): void => void this.#pieces.push(bytes)

  get bytes(): Buffer {
    return Buffer.concat(this.#pieces)
  }
}
