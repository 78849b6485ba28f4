/** Small messages of one tick are gathered in a slab of this many bytes and written at once. */
export const SLAB_BYTES = 65_536
const MOST_KEPT = 64

/** Slabs for all connections of one server or client: taken while bytes wait, given back when they have left. */
export class SlabPool {
  readonly #free: Buffer[] = []

  acquire(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES)
  }

  release(slab: Buffer): void {
    if (this.#free.length < MOST_KEPT) this.#free.push(slab)
  }
}
