import type { Message } from '@/protocols/pyile/message.js'
import type { PeerAddress } from '@/protocols/pyile/peerAddress.js'

/** How a broadcast went: which peers, in the order of the list. */
export interface BroadcastReport {
  readonly message: Message
  readonly received: readonly PeerAddress[]
  /** They took it and said nothing. */
  readonly silent: readonly PeerAddress[]
  readonly unreachable: readonly PeerAddress[]
}

/** How it went with one peer. */
export interface BroadcastEnd {
  readonly peer: PeerAddress
  readonly how: 'received' | 'silent' | 'unreachable'
}

export const reportOf = (message: Message, ends: readonly BroadcastEnd[]): BroadcastReport => {
  const those = (wanted: BroadcastEnd['how']): readonly PeerAddress[] =>
    ends.filter(({ how }) => how === wanted).map(({ peer }) => peer)
  return { message, received: those('received'), silent: those('silent'), unreachable: those('unreachable') }
}
