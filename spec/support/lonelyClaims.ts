import type { Claim, SignedEtag } from '@/protocols/lonely/auth/claim.js'

/** Bytes as the vectors write them: hex, or a rule that makes them. */
export type VectorBytes =
  | string
  | { readonly gen: 'affine'; readonly mul: number; readonly add: number; readonly len: number }

/** The inputs of a call as the vectors write them. */
export type VectorArgs = Readonly<Record<string, unknown>>

export const vectorBytes = (value: unknown): Buffer => {
  if (typeof value === 'string') return Buffer.from(value, 'hex')
  if (!isRule(value)) throw new Error(`not bytes: ${JSON.stringify(value)}`)
  return Buffer.from(
    Array.from({ length: value.len }, (_, i) => (value.mul * i + value.add + Math.floor(i / 256)) & 0xff),
  )
}

const isRule = (value: unknown): value is Exclude<VectorBytes, string> =>
  typeof value === 'object' && value !== null && 'gen' in value

const text = (value: unknown): string => {
  if (typeof value !== 'string') throw new Error(`not text: ${JSON.stringify(value)}`)
  return value
}

const maybeText = (value: unknown): string | undefined => (value === null ? undefined : text(value))

const etagOf = (value: unknown): SignedEtag => {
  if (typeof value !== 'object' || value === null || !('format' in value) || !('etag' in value))
    throw new Error('not an etag')
  return { format: Number(value.format), etag: vectorBytes(value.etag) }
}

/** The claim that a recorded call is about. */
export const claimOf = (method: string, args: VectorArgs): Claim => {
  const tracing = vectorBytes(args['tracing'])
  const bytes = (name: string): Buffer => vectorBytes(args[name])
  const url = (): string => text(args['url'])
  const count = (name: string): bigint => BigInt(text(args[name]))
  const compression = () => ({
    tracing,
    url: url(),
    compressor: count('compressor_identifier'),
    level: Number(args['compression_level']),
    minSize: count('min_size'),
    maxSize: count('max_size'),
  })
  switch (method) {
    case 'subscribe_exact':
      return {
        kind: 'subscribeExact',
        tracing,
        url: url(),
        recovery: maybeText(args['recovery']),
        exact: bytes('exact'),
      }
    case 'subscribe_glob':
      return {
        kind: 'subscribeGlob',
        tracing,
        url: url(),
        recovery: maybeText(args['recovery']),
        glob: text(args['glob']),
      }
    case 'notify':
      return {
        kind: 'notify',
        tracing,
        topic: bytes('topic'),
        identifier: bytes('identifier'),
        digest: bytes('message_sha512'),
      }
    case 'stateful_configure':
      return {
        kind: 'configure',
        tracing,
        subscriberNonce: bytes('subscriber_nonce'),
        enableZstd: args['enable_zstd'] === true,
        enableTraining: args['enable_training'] === true,
        initialDict: Number(args['initial_dict']),
      }
    case 'check_subscriptions':
      return { kind: 'checkSubscriptions', tracing, url: url() }
    case 'set_subscriptions':
      return { kind: 'setSubscriptions', tracing, url: url(), etag: etagOf(args['strong_etag']) }
    case 'stateful_continue_receive':
      return { kind: 'continueReceive', tracing, identifier: bytes('identifier'), partId: count('part_id'), url: url() }
    case 'confirm_receive':
      return {
        kind: 'confirmReceive',
        tracing,
        identifier: bytes('identifier'),
        subscribers: count('num_subscribers'),
        url: url(),
      }
    case 'confirm_missed':
      return { kind: 'confirmMissed', tracing, topic: bytes('topic'), url: url() }
    case 'receive':
      return {
        kind: 'receive',
        tracing,
        url: url(),
        topic: bytes('topic'),
        digest: bytes('message_sha512'),
        identifier: bytes('identifier'),
      }
    case 'missed':
      return { kind: 'missed', tracing, recovery: text(args['recovery']), topic: bytes('topic') }
    case 'confirm_subscribe_exact':
      return {
        kind: 'confirmSubscribeExact',
        tracing,
        url: url(),
        recovery: maybeText(args['recovery']),
        exact: bytes('exact'),
      }
    case 'confirm_subscribe_glob':
      return {
        kind: 'confirmSubscribeGlob',
        tracing,
        url: url(),
        recovery: maybeText(args['recovery']),
        glob: text(args['glob']),
      }
    case 'confirm_notify':
      return {
        kind: 'confirmNotify',
        tracing,
        identifier: bytes('identifier'),
        subscribers: count('subscribers'),
        topic: bytes('topic'),
        digest: bytes('message_sha512'),
      }
    case 'check_subscriptions_response':
      return { kind: 'checkSubscriptionsResponse', tracing, etag: etagOf(args['strong_etag']) }
    case 'set_subscriptions_response':
      return { kind: 'setSubscriptionsResponse', tracing, etag: etagOf(args['strong_etag']) }
    case 'stateful_confirm_configure':
      return { kind: 'confirmConfigure', tracing, broadcasterNonce: bytes('broadcaster_nonce') }
    case 'stateful_enable_zstd_preset':
      return { kind: 'enableZstdPreset', ...compression() }
    case 'stateful_enable_zstd_custom':
      return { kind: 'enableZstdCustom', ...compression(), digest: bytes('sha512') }
    case 'stateful_disable_zstd_custom':
      return { kind: 'disableZstdCustom', tracing, compressor: count('compressor_identifier'), url: url() }
    case 'stateful_continue_notify':
      return { kind: 'continueNotify', tracing, identifier: bytes('identifier'), partId: count('part_id') }
    default:
      throw new Error(`no such kind: ${method}`)
  }
}
