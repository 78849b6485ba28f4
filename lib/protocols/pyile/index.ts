export { AuthPeer } from '@/protocols/pyile/authPeer.js'
export { AUTH_PEER_RANGES, type AuthPeerLimits, type AuthPeerOptions } from '@/protocols/pyile/authPeerOptions.js'
export type { BroadcastReport } from '@/protocols/pyile/broadcastReport.js'
export type { Delivery } from '@/protocols/pyile/delivery.js'
export {
  AuthenticationException,
  ConnectionException,
  RecvException,
  SendException,
  StatusException,
  ThreadException,
} from '@/protocols/pyile/exceptions.js'
export { JoinPeer } from '@/protocols/pyile/joinPeer.js'
export { BROADCAST, type Message } from '@/protocols/pyile/message.js'
export {
  type Conversation,
  Messenger,
  MESSENGER_RANGES,
  type MessengerLimits,
  type MessengerOptions,
  type Note,
  type NoteState,
  type StoredMessage,
} from '@/protocols/pyile/messenger.js'
export { Peer } from '@/protocols/pyile/peer.js'
export { type PeerAddress, peerName } from '@/protocols/pyile/peerAddress.js'
export { PEER_RANGES, type PeerLimits, type PeerOptions, type PeerTls } from '@/protocols/pyile/peerOptions.js'
