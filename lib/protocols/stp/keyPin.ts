import type { Json } from '@/protocols/stp/jsonText.js'
import { digestOf, readRemoteKey, type RemoteKey } from '@/protocols/stp/rsaKeys.js'

/** Different keys that are told about one by one; if somebody makes up more, they are not even read. */
const MOST_OFFERS = 8

/** The key of one peer: the first that was seen stays, until the application says otherwise. */
export class KeyPin {
  #key: RemoteKey | undefined
  /** Of the text in which the key came, where that was not its usual form. */
  #digest: string | undefined
  readonly #offers = new Set<string>()

  /** Undefined until the peer has published one. */
  get key(): RemoteKey | undefined {
    return this.#key
  }

  /**
   * Looks at what a packet has as `public_key`.
   * @returns another key than the pinned one, the first time that it is offered
   */
  see(published: Json | undefined): RemoteKey | undefined {
    if (typeof published !== 'string' || published === this.#key?.hex) return undefined
    const digest = digestOf(published)
    if (digest === this.#digest || this.#offers.has(digest) || this.#offers.size >= MOST_OFFERS) return undefined
    const key = readRemoteKey(published)
    if (key === undefined) return undefined
    if (this.#key === undefined || key.hex === this.#key.hex) {
      this.#pin(key, digest)
      return undefined
    }
    this.#offers.add(digest)
    return key
  }

  /** From now on this is the key. */
  replace(key: RemoteKey): void {
    this.#digest = undefined
    this.#offers.clear()
    this.#key = key
  }

  #pin(key: RemoteKey, digest: string): void {
    const exposed = key.exposed || this.#key?.exposed === true
    this.#key = { ...key, exposed }
    this.#digest = digest
  }
}
