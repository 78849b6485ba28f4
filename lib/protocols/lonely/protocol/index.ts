export {
  type BroadcasterAnswer,
  parseBroadcasterAnswer,
  parseSubscriberAnswer,
  serializeAnswer,
  type SubscriberAnswer,
} from '@/protocols/lonely/answers.js'
export { codecs, parseToBroadcaster, parseToSubscriber, serialize } from '@/protocols/lonely/codecs.js'
export {
  COMPRESSOR_RANGES,
  type CompressedBody,
  type Compressor,
  type CompressorLimits,
  Compressors,
  type Preference,
} from '@/protocols/lonely/compressors.js'
export { GLOB_RANGES, type GlobLimits } from '@/protocols/lonely/glob.js'
export type { HeaderForm } from '@/protocols/lonely/header.js'
export type { Direction, MessageCodec, ParseOptions, SerializeOptions } from '@/protocols/lonely/messageCodec.js'
export type * from '@/protocols/lonely/messages.js'
export {
  type ClockDifference,
  clockDifference,
  type NotifyTrace,
  parseNotifyTrace,
  type ReadNotifyTrace,
  serializeNotifyTrace,
  type TraceEvent,
  type TraceExtras,
} from '@/protocols/lonely/notifyTrace.js'
export { reprDigestOf, sha512InReprDigest } from '@/protocols/lonely/reprDigest.js'
export {
  parseRequest,
  REQUEST_PATHS,
  serializeRequest,
  type StatelessRequest,
  type StatelessRequests,
  type StatelessType,
} from '@/protocols/lonely/requests.js'
export { type SubscriptionSet, setSubscriptions } from '@/protocols/lonely/setSubscriptions.js'
export { isSha512, sha512 } from '@/protocols/lonely/sha512.js'
export {
  type ExactSubscription,
  type GlobSubscription,
  type StrongEtag,
  StrongEtagBuilder,
  type StrongEtagOptions,
  strongEtag,
} from '@/protocols/lonely/strongEtag.js'
export { TopicIndex } from '@/protocols/lonely/topicIndex.js'
export { loadZstd, type Zstd } from '@/protocols/lonely/zstd.js'
