import type { Json, JsonObject } from '@/protocols/stp/jsonText.js'

/** How a packet came. */
export type StpProtocol = 'UDP' | 'TCP'

/** A packet as handlers get it. Nothing of it is proven but `sender`. */
export interface StpPacket<Data extends Json = Json> {
  /** The value of `msg`; null when there was none, `{}` when there was no body. */
  readonly data: Data
  /** Every key of the header: `user`, `hostname`, `udpport`, `tcpport`, `encrypted`, `public_key`, `namespace` and any others. */
  readonly headers: JsonObject
  /** The route; undefined when the header has none that is text. */
  readonly namespace: string | undefined
  /** Who says that it is from; undefined when the header has no text there. */
  readonly user: string | undefined
  /** IP address it came from. */
  readonly sender: string
  readonly protocol: StpProtocol
  /** The body was sealed for this node alone. */
  readonly encrypted: boolean
}
