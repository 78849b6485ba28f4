export {
  type Advertisement,
  decodeAdvertisement,
  decodeDatagram,
  encodeAdvertisement,
  encodeDatagram,
  MAX_ADVERTISEMENT_BYTES,
  MAX_DATAGRAM_BYTES,
  type Sighting,
} from '@/protocols/pnet/advertisement.js'
export { openEnvelope, sealEnvelope } from '@/protocols/pnet/envelope.js'
export { FernetKey, type TokenAge } from '@/protocols/pnet/fernetKey.js'
export { Network, type NetworkOptions } from '@/protocols/pnet/network.js'
export { DEFAULT_KEY_BITS, NodeKey } from '@/protocols/pnet/nodeKey.js'
export {
  decodeNodeReply,
  encodeNodeReply,
  type ErrorReply,
  type NodeErrorReason,
  type NodeReply,
  type PlainReply,
  type StreamReply,
} from '@/protocols/pnet/nodeReply.js'
export {
  decodeNodeRequest,
  encodeNodeRequest,
  type NodeRequest,
  type PartRequest,
  type RawCall,
  type UnknownCommand,
  type Upload,
} from '@/protocols/pnet/nodeRequest.js'
export { decodePacket, encodePacket, type Packet, type PacketType } from '@/protocols/pnet/packet.js'
export { decodePart, encodePart, type Part, TotalChecksum } from '@/protocols/pnet/parts.js'
export { pickle } from '@/protocols/pnet/pickle/pickle.js'
export type { PickleLimits } from '@/protocols/pnet/pickle/pickleLimits.js'
export { type Picklable, PickleTuple, type PickleValue } from '@/protocols/pnet/pickle/pickleValue.js'
export { unpickle } from '@/protocols/pnet/pickle/unpickle.js'
export { MAX_KEY_BITS, MIN_KEY_BITS, NodePublicKey } from '@/protocols/pnet/publicKey.js'
export { PublicKeyCache } from '@/protocols/pnet/publicKeyCache.js'
export { type Refusal, refusalOf } from '@/protocols/pnet/refusal.js'
export type { Sources } from '@/protocols/pnet/sources.js'
export {
  decodeUniversal,
  encodeUniversal,
  splitUniversal,
  type Universal,
  type UniversalTag,
  valueOfUniversal,
} from '@/protocols/pnet/universal.js'
