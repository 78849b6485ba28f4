import { NodePublicKey } from '@/protocols/pnet/publicKey.js'

/** Keys of other nodes as read before, so that each is read once. The one not asked for the longest goes first. */
export class PublicKeyCache {
  readonly #maxKeys: number
  readonly #keys = new Map<string, NodePublicKey>()

  /** @param maxKeys 1 or more; each costs about 4 KiB. @default 1_024 */
  constructor(maxKeys = 1_024) {
    this.#maxKeys = maxKeys
  }

  /**
   * @param field the KEY section of a packet
   * @throws TransportError NODE_KEY_INVALID
   */
  parseField(field: string): NodePublicKey {
    const key = this.#keys.get(field) ?? NodePublicKey.parseField(field)
    this.#keys.delete(field)
    this.#keys.set(field, key)
    for (const oldest of this.#keys.keys()) {
      if (this.#keys.size <= this.#maxKeys) break
      this.#keys.delete(oldest)
    }
    return key
  }
}
