export * from '@/protocols/lonely/protocol/index.js'
export type { Auth, AuthScheme, CheckContext, Verdict } from '@/protocols/lonely/auth/authScheme.js'
export { authFromSecrets } from '@/protocols/lonely/auth/authSecrets.js'
export {
  type Claim,
  CLAIM_IDS,
  type Count,
  type ListedSubscription,
  type SignedEtag,
  type SubscriptionList,
  type ToBroadcasterClaim,
  type ToSubscriberClaim,
} from '@/protocols/lonely/auth/claim.js'
export { HMAC_RANGES, hmacAuth, type HmacOptions, makeHmacSecret } from '@/protocols/lonely/auth/hmacAuth.js'
export { noAuth } from '@/protocols/lonely/auth/noAuth.js'
export { ReplayMemory, type ReplayStore, type Use } from '@/protocols/lonely/auth/replayMemory.js'
export { tokenAuth } from '@/protocols/lonely/auth/tokenAuth.js'
export { BODY_RANGES, type BodyLimits } from '@/protocols/lonely/bodies/bodyStore.js'
export type { Body } from '@/protocols/lonely/bodies/body.js'
export { Broadcaster } from '@/protocols/lonely/broadcaster/broadcaster.js'
export { BroadcasterConnection } from '@/protocols/lonely/broadcaster/broadcasterConnection.js'
export {
  BROADCASTER_RANGES,
  type BroadcasterLimits,
  type BroadcasterOptions,
  DICTIONARY_RANGES,
  type DictionaryLimits,
  type WebSocketListen,
} from '@/protocols/lonely/broadcaster/broadcasterOptions.js'
export type { SlowPolicy } from '@/protocols/lonely/broadcaster/deliveryQueue.js'
export { InProcessRelay } from '@/protocols/lonely/broadcaster/inProcessRelay.js'
export type { Relay, RelayGuarantees, RelayMember, RelaySeat } from '@/protocols/lonely/broadcaster/relay.js'
export type { RandomSource } from '@/protocols/lonely/randomSource.js'
export type { Preset } from '@/protocols/lonely/session/preset.js'
export type { Pattern, PatternLike } from '@/protocols/lonely/session/pattern.js'
export type { Gap } from '@/protocols/lonely/subscriber/gap.js'
export type { Received } from '@/protocols/lonely/subscriber/received.js'
export type { NotifyData } from '@/protocols/lonely/subscriber/notifyData.js'
export { Subscriber } from '@/protocols/lonely/subscriber/subscriber.js'
export { SubscriberConnection } from '@/protocols/lonely/subscriber/subscriberConnection.js'
export {
  type BroadcasterAddress,
  SUBSCRIBER_RANGES,
  type SubscriberLimits,
  type SubscriberOptions,
} from '@/protocols/lonely/subscriber/subscriberOptions.js'
export type { ReceivedHook, Subscription } from '@/protocols/lonely/subscriber/subscription.js'
