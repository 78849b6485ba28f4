import type { JsonObject } from '@/protocols/stp/jsonText.js'
import type { KeyPin } from '@/protocols/stp/keyPin.js'
import type { Peer } from '@/protocols/stp/peer.js'
import type { RemoteKey } from '@/protocols/stp/rsaKeys.js'
import { isPort } from '@/protocols/stp/stpOptions.js'

/** One peer, changed by each of its packets. */
export class PeerEntry {
  readonly ip: string
  readonly tcpport: number | undefined
  readonly #pin: KeyPin
  #header: JsonObject = {}
  #heardAtMs = 0

  constructor(ip: string, tcpport: number | undefined, pin: KeyPin) {
    this.ip = ip
    this.tcpport = tcpport
    this.#pin = pin
  }

  /** Milliseconds of the clock at its last packet. */
  get heardAtMs(): number {
    return this.#heardAtMs
  }

  /** Remembers the key; goes on without the rest. */
  get pin(): KeyPin {
    return this.#pin
  }

  get key(): RemoteKey | undefined {
    return this.#pin.key
  }

  get udpport(): number | undefined {
    const { udpport } = this.#header
    return isPort(udpport) ? udpport : undefined
  }

  get features(): readonly string[] {
    const { features } = this.#header
    return Array.isArray(features) ? features.filter((feature) => typeof feature === 'string') : []
  }

  /**
   * @param header kept, but for a key that is not the pinned one: it may be private
   * @returns another key than the pinned one, the first time that it is offered
   */
  heard(header: JsonObject, nowMs: number): RemoteKey | undefined {
    this.#heardAtMs = nowMs
    const { public_key: published } = header
    if (published === undefined || published === this.key?.hex) {
      this.#header = header
      return undefined
    }
    const offered = this.#pin.see(published)
    this.#header = withKey(header, this.key)
    return offered
  }

  /** From now on this is its key. */
  take(key: RemoteKey): void {
    this.#pin.replace(key)
    this.#header = withKey(this.#header, key)
  }

  /** @param nowMs of the clock, to tell when it was heard */
  snapshot(nowMs: number): Peer {
    const { ip, tcpport, udpport, key, features } = this
    const { user, hostname } = this.#header
    return {
      ip,
      udpport,
      tcpport,
      user: typeof user === 'string' ? user : undefined,
      hostname: typeof hostname === 'string' ? hostname : undefined,
      publicKey: key?.hex,
      keyExposed: key?.exposed ?? false,
      features,
      updateTime: (Date.now() - (nowMs - this.#heardAtMs)) / 1_000,
      headers: this.#header,
    }
  }
}

const withKey = (header: JsonObject, key: RemoteKey | undefined): JsonObject => {
  const { public_key: _published, ...rest } = header
  return key === undefined ? rest : { ...rest, public_key: key.hex }
}
