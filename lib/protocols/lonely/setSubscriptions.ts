import type { StatelessRequests } from '@/protocols/lonely/requests.js'
import { type ExactSubscription, type GlobSubscription, strongEtag } from '@/protocols/lonely/strongEtag.js'

/** All that a url is to be subscribed to, in any order. */
export interface SubscriptionSet {
  /** Where the broadcaster is to POST. 0 to 65_535 bytes of UTF-8. */
  readonly url: string
  /** @default [] */
  readonly topics?: readonly ExactSubscription[]
  /** @default [] */
  readonly globs?: readonly GlobSubscription[]
  /** 0 to 65_535 bytes. @default empty */
  readonly tracing?: Uint8Array
}

const NOTHING = Buffer.alloc(0)

/**
 * The request that makes these the subscriptions of a url: both lists in the order of their bytes, with their etag.
 * What is given is not changed.
 * @throws TransportError LONELY_UNWRITABLE when something is listed twice or too long
 */
export const setSubscriptions = ({
  url,
  topics = [],
  globs = [],
  tracing = NOTHING,
}: SubscriptionSet): { readonly type: 'SET_SUBSCRIPTIONS' } & StatelessRequests['SET_SUBSCRIPTIONS'] => {
  const sortedTopics = topics.toSorted((one, other) => Buffer.compare(one.topic, other.topic))
  const sortedGlobs = globs
    .map((item) => ({ item, key: Buffer.from(item.glob) }))
    .toSorted((one, other) => Buffer.compare(one.key, other.key))
    .map(({ item }) => item)
  const etag = strongEtag(url, sortedTopics, sortedGlobs)
  return { type: 'SET_SUBSCRIPTIONS', tracing, url, etag, topics: sortedTopics, globs: sortedGlobs }
}
