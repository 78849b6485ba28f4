/** A number of the protocol. Numbers must be safe integers; what may be larger is a bigint. */
export type Count = number | bigint

/** What stands in every claim. */
interface Common {
  /** The tracing of the message, 0 to 65_535 bytes. */
  readonly tracing: Uint8Array
}

/** The digest of a list of subscriptions; `format` is 0. */
export interface SignedEtag {
  readonly format: number
  /** 64 bytes */
  readonly etag: Uint8Array
}

/** A subscription as a whole list of them states it. */
export interface ListedSubscription<Pattern> {
  readonly pattern: Pattern
  /** Where misses are to be reported. */
  readonly recovery: string | undefined
}

/**
 * The list that a `setSubscriptions` claim's etag stands for. Each half may be read once, the topics first; nobody has
 * to.
 */
export interface SubscriptionList {
  topics(): AsyncIterable<ListedSubscription<Uint8Array>>
  globs(): AsyncIterable<ListedSubscription<string>>
}

interface Compression extends Common {
  readonly url: string
  readonly compressor: Count
  readonly level: number
  readonly minSize: Count
  readonly maxSize: Count
}

/**
 * What a message says about itself, as far as an authorization can vouch for it. One shape a kind; `url` is where a
 * stateless peer is reached, or the url of the moment on a connection (see `ConnectionUrls`). An undefined `recovery`
 * is the same as an empty one. Digests have 64 bytes.
 * @see WIRE.md, "Claims"
 */
export type ToBroadcasterClaim =
  | (Common & {
      readonly kind: 'subscribeExact'
      readonly url: string
      readonly recovery: string | undefined
      readonly exact: Uint8Array
    })
  | (Common & {
      readonly kind: 'subscribeGlob'
      readonly url: string
      readonly recovery: string | undefined
      readonly glob: string
    })
  | (Common & {
      readonly kind: 'notify'
      readonly topic: Uint8Array
      readonly identifier: Uint8Array
      readonly digest: Uint8Array
    })
  | (Common & {
      readonly kind: 'configure'
      readonly subscriberNonce: Uint8Array
      readonly enableZstd: boolean
      readonly enableTraining: boolean
      readonly initialDict: number
    })
  | (Common & { readonly kind: 'checkSubscriptions'; readonly url: string })
  | (Common & {
      readonly kind: 'setSubscriptions'
      readonly url: string
      readonly etag: SignedEtag
      /** Given to checks only; not signed, as the etag stands for it. */
      readonly subscriptions?: SubscriptionList
    })
  | (Common & {
      readonly kind: 'continueReceive'
      readonly identifier: Uint8Array
      readonly partId: Count
      readonly url: string
    })
  | (Common & {
      readonly kind: 'confirmReceive'
      readonly identifier: Uint8Array
      readonly subscribers: Count
      readonly url: string
    })
  | (Common & { readonly kind: 'confirmMissed'; readonly topic: Uint8Array; readonly url: string })

/** @see ToBroadcasterClaim */
export type ToSubscriberClaim =
  | (Common & {
      readonly kind: 'receive'
      readonly url: string
      readonly topic: Uint8Array
      readonly digest: Uint8Array
      readonly identifier: Uint8Array
    })
  | (Common & { readonly kind: 'missed'; readonly recovery: string; readonly topic: Uint8Array })
  | (Common & {
      readonly kind: 'confirmSubscribeExact'
      readonly url: string
      readonly recovery: string | undefined
      readonly exact: Uint8Array
    })
  | (Common & {
      readonly kind: 'confirmSubscribeGlob'
      readonly url: string
      readonly recovery: string | undefined
      readonly glob: string
    })
  | (Common & {
      readonly kind: 'confirmNotify'
      readonly identifier: Uint8Array
      readonly subscribers: Count
      readonly topic: Uint8Array
      readonly digest: Uint8Array
    })
  | (Common & { readonly kind: 'checkSubscriptionsResponse'; readonly etag: SignedEtag })
  | (Common & { readonly kind: 'setSubscriptionsResponse'; readonly etag: SignedEtag })
  | (Common & { readonly kind: 'confirmConfigure'; readonly broadcasterNonce: Uint8Array })
  | (Compression & { readonly kind: 'enableZstdPreset' })
  | (Compression & { readonly kind: 'enableZstdCustom'; readonly digest: Uint8Array })
  | (Common & { readonly kind: 'disableZstdCustom'; readonly compressor: Count; readonly url: string })
  | (Common & { readonly kind: 'continueNotify'; readonly identifier: Uint8Array; readonly partId: Count })

/** Anything that can be authorized. */
export type Claim = ToBroadcasterClaim | ToSubscriberClaim

/** The first signed byte of each kind. */
export const CLAIM_IDS: Readonly<Record<Claim['kind'], number>> = {
  subscribeExact: 1,
  subscribeGlob: 2,
  notify: 3,
  configure: 4,
  checkSubscriptions: 5,
  setSubscriptions: 6,
  continueReceive: 7,
  confirmReceive: 8,
  confirmMissed: 9,
  receive: 10,
  missed: 11,
  confirmSubscribeExact: 12,
  confirmSubscribeGlob: 13,
  confirmNotify: 14,
  checkSubscriptionsResponse: 15,
  setSubscriptionsResponse: 16,
  confirmConfigure: 17,
  enableZstdPreset: 18,
  enableZstdCustom: 19,
  disableZstdCustom: 20,
  continueNotify: 21,
}
