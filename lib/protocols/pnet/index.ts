export { AdvancedNode } from '@/protocols/pnet/advancedNode.js'
export { type AdvancedNodeOptions, STREAM_RANGES, type StreamLimits } from '@/protocols/pnet/advancedOptions.js'
export { CallInput } from '@/protocols/pnet/callInput.js'
export type { Answer, Sendable } from '@/protocols/pnet/caller.js'
export type { ChunkStream } from '@/protocols/pnet/chunkStream.js'
export {
  type CommandCall,
  type CommandFunction,
  type CommandOptions,
  CommandRefusal,
  type KeywordArguments,
} from '@/protocols/pnet/commandFunction.js'
export { CALL_RANGES, type CallOptions, CommandNode, type CommandNodeOptions } from '@/protocols/pnet/commandNode.js'
export type { Request } from '@/protocols/pnet/desk.js'
export type { NetworkNode, Targets } from '@/protocols/pnet/networkNode.js'
export { type BasicNodeOptions, type Handler, Node } from '@/protocols/pnet/node.js'
export type { FunctionCall, FunctionResult, NodeFunction } from '@/protocols/pnet/nodeFunction.js'
export { NODE_RANGES, type NodeLimits, type NodeOptions } from '@/protocols/pnet/nodeOptions.js'
export type { Outcome } from '@/protocols/pnet/outcome.js'
export type { Peer } from '@/protocols/pnet/peerTable.js'
export {
  type Keywords,
  keywords,
  type Remote,
  type RemoteArguments,
  type RemoteMany,
} from '@/protocols/pnet/remoteApi.js'
export type { Source } from '@/protocols/pnet/uploadStream.js'

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
export { jsonValue } from '@/protocols/pnet/jsonValue.js'
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
