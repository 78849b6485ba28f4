import type { JsonObject } from '@/protocols/stp/jsonText.js'

/** What is known of one node, as it was when this was asked for. Nothing of it is proven but the address. */
export interface Peer {
  /** Where its packets came from. */
  readonly ip: string
  /** Where it says that it listens; undefined when it does not say. */
  readonly udpport: number | undefined
  readonly tcpport: number | undefined
  readonly user: string | undefined
  readonly hostname: string | undefined
  /** The key that was seen first, as SubjectPublicKeyInfo DER in lower-case hex; what is sent to it is sealed with this. */
  readonly publicKey: string | undefined
  /** It has published its private key, as the originals do: nothing that is sent to it is a secret. */
  readonly keyExposed: boolean
  /** What it announced, such as `hybrid-1`. */
  readonly features: readonly string[]
  /** Unix seconds of its last packet. */
  readonly updateTime: number
  /** The whole header of its last packet, `public_key` replaced by the key above. */
  readonly headers: JsonObject
}
