/** What every message carries. */
interface Carried {
  /** What the authorization scheme wrote. Absent and empty are one thing on the wire and read as undefined. */
  readonly authorization?: string | undefined
  /**
   * Opaque, 0 to 65_535 bytes, part of what is signed. Left out, a message is written with the headers of the releases
   * before there was tracing; one read with today's headers always has it, most often empty.
   * @see WIRE.md, "before tracing"
   */
  readonly tracing?: Uint8Array | undefined
}

/** A body that travels compressed. */
export interface Compression {
  /** Which compressor, 1 to 2^64-1: 1 is zstd without a dictionary, 65_536 and above were trained on the connection. */
  readonly compressorId: bigint
  /** The size of the body when it is decompressed, in bytes; announced, not checked. 0 to 2^64-1. */
  readonly decompressedLength: bigint
}

/** What the first part of a streamed body says about all of it. */
export interface StreamStart {
  readonly topic: Uint8Array
  /** Undefined when the body travels as it is. */
  readonly compression?: Compression | undefined
  /** The size of the body as it travels, all parts together, in bytes. 0 to 2^64-1. */
  readonly compressedLength: bigint
  /** SHA-512 over the body as it travels, 64 bytes; for whoever puts the parts together to verify. */
  readonly sha512: Uint8Array
}

interface Part extends Carried {
  /** Of the notification, chosen by whoever sends the body. 0 to 64 bytes. */
  readonly identifier: Uint8Array
  /** May be empty. */
  readonly payload: Uint8Array
}

interface FirstPart extends Part {
  readonly partId: 0n
  readonly start: StreamStart
}

interface LaterPart extends Part {
  /** 1 to 2^64-1. */
  readonly partId: bigint
  readonly start?: undefined
}

/** The first message of a subscriber. */
export interface Configure extends Carried {
  readonly type: 'CONFIGURE'
  /** 32 random bytes, new for each connection. */
  readonly subscriberNonce: Uint8Array
  readonly enableZstd: boolean
  /** Whether dictionaries trained on this connection are welcome; means something only with `enableZstd`. */
  readonly enableTraining: boolean
  /** The preset dictionary wanted, 0 for none. 0 to 65_535. */
  readonly initialDict: number
}

/** From now on the subscriber wants what is notified on this very topic. */
export interface SubscribeExact extends Carried {
  readonly type: 'SUBSCRIBE_EXACT'
  readonly topic: Uint8Array
}

/** From now on the subscriber wants what is notified on topics that the glob matches. */
export interface SubscribeGlob extends Carried {
  readonly type: 'SUBSCRIBE_GLOB'
  readonly glob: string
}

/** Takes back a SUBSCRIBE_EXACT. */
export interface UnsubscribeExact extends Carried {
  readonly type: 'UNSUBSCRIBE_EXACT'
  readonly topic: Uint8Array
}

/** Takes back a SUBSCRIBE_GLOB. */
export interface UnsubscribeGlob extends Carried {
  readonly type: 'UNSUBSCRIBE_GLOB'
  readonly glob: string
}

/** A whole body in one message. */
export interface Notify extends Carried {
  readonly type: 'NOTIFY'
  /** Chosen by the subscriber, comes back in CONFIRM_NOTIFY. 0 to 64 bytes. */
  readonly identifier: Uint8Array
  readonly topic: Uint8Array
  /** Undefined when the payload is the body as it is. */
  readonly compression?: Compression | undefined
  /** SHA-512 over `payload`, 64 bytes; verified when it was read. */
  readonly sha512: Uint8Array
  /** The body as it travels. */
  readonly payload: Uint8Array
}

/** One part of a body; `start` tells the first part from the others. */
export type NotifyStream = { readonly type: 'NOTIFY_STREAM' } & (FirstPart | LaterPart)

/** A part of RECEIVE_STREAM arrived, and it was not the last. */
export interface ContinueReceive extends Carried {
  readonly type: 'CONTINUE_RECEIVE'
  /** 0 to 64 bytes. */
  readonly identifier: Uint8Array
  /** The part that arrived. 0 to 2^64-1. */
  readonly partId: bigint
}

/** The last part of RECEIVE_STREAM arrived. */
export interface ConfirmReceive extends Carried {
  readonly type: 'CONFIRM_RECEIVE'
  /** 0 to 64 bytes. */
  readonly identifier: Uint8Array
  /** 1, or what a relay reached. 0 to 2^32-1. */
  readonly numSubscribers: number
}

/** The first message of a broadcaster. */
export interface ConfirmConfigure extends Carried {
  readonly type: 'CONFIRM_CONFIGURE'
  /** 32 random bytes, new for each connection. */
  readonly broadcasterNonce: Uint8Array
}

/** The broadcaster has done what a SUBSCRIBE_EXACT asked for. */
export interface ConfirmSubscribeExact extends Carried {
  readonly type: 'CONFIRM_SUBSCRIBE_EXACT'
  readonly topic: Uint8Array
}

/** The broadcaster has done what a SUBSCRIBE_GLOB asked for. */
export interface ConfirmSubscribeGlob extends Carried {
  readonly type: 'CONFIRM_SUBSCRIBE_GLOB'
  readonly glob: string
}

/** The broadcaster has done what an UNSUBSCRIBE_EXACT asked for. */
export interface ConfirmUnsubscribeExact extends Carried {
  readonly type: 'CONFIRM_UNSUBSCRIBE_EXACT'
  readonly topic: Uint8Array
}

/** The broadcaster has done what an UNSUBSCRIBE_GLOB asked for. */
export interface ConfirmUnsubscribeGlob extends Carried {
  readonly type: 'CONFIRM_UNSUBSCRIBE_GLOB'
  readonly glob: string
}

/** The broadcaster has the whole body of a NOTIFY or NOTIFY_STREAM. */
export interface ConfirmNotify extends Carried {
  readonly type: 'CONFIRM_NOTIFY'
  /** 0 to 64 bytes. */
  readonly identifier: Uint8Array
  /** How many it went to. 0 to 2^64-1. */
  readonly subscribers: bigint
}

/** A part of NOTIFY_STREAM arrived, and it was not the last. */
export interface ContinueNotify extends Carried {
  readonly type: 'CONTINUE_NOTIFY'
  /** 0 to 64 bytes. */
  readonly identifier: Uint8Array
  /** The part that arrived. 0 to 2^64-1. */
  readonly partId: bigint
}

/** One part of a body for a subscriber; `start` tells the first part from the others. */
export type ReceiveStream = { readonly type: 'RECEIVE_STREAM' } & (FirstPart | LaterPart)

interface EnabledZstd extends Carried {
  /** The compressor id that bodies will name. 0 to 2^64-1. */
  readonly identifier: bigint
  /** Advice for the subscriber's own use. -32_768 to 32_767. */
  readonly compressionLevel: number
  /** Bodies from this size on are compressed with it, in bytes. 0 to 2^32-1. */
  readonly minSize: number
  /** Bodies below this size are, in bytes; 2^64-1 is without bound. 0 to 2^64-1. */
  readonly maxSize: bigint
}

/** A compressor that both ends have already may be used from now on. */
export interface EnableZstdPreset extends EnabledZstd {
  readonly type: 'ENABLE_ZSTD_PRESET'
}

/** A compressor with a dictionary made for this connection may be used from now on. */
export interface EnableZstdCustom extends EnabledZstd {
  readonly type: 'ENABLE_ZSTD_CUSTOM'
  /** SHA-512 over `dictionary`, 64 bytes; not verified by reading. */
  readonly sha512: Uint8Array
  readonly dictionary: Uint8Array
}

/** That compressor is used no more. */
export interface DisableZstdCustom extends Carried {
  readonly type: 'DISABLE_ZSTD_CUSTOM'
  /** 0 to 2^64-1. */
  readonly identifier: bigint
}

/** Something on this topic may not have reached the subscriber. */
export interface Missed extends Carried {
  readonly type: 'MISSED'
  readonly topic: Uint8Array
}

/** What a subscriber says; `type` tells which it is. */
export type ToBroadcaster =
  | Configure
  | SubscribeExact
  | SubscribeGlob
  | UnsubscribeExact
  | UnsubscribeGlob
  | Notify
  | NotifyStream
  | ContinueReceive
  | ConfirmReceive

/** What a broadcaster says; `type` tells which it is. */
export type ToSubscriber =
  | ConfirmConfigure
  | ConfirmSubscribeExact
  | ConfirmSubscribeGlob
  | ConfirmUnsubscribeExact
  | ConfirmUnsubscribeGlob
  | ConfirmNotify
  | ContinueNotify
  | ReceiveStream
  | EnableZstdPreset
  | EnableZstdCustom
  | DisableZstdCustom
  | Missed

/** A message of either direction. No two types share a name, so `type` tells the direction too. */
export type LonelyMessage = ToBroadcaster | ToSubscriber

/** The message whose `type` is `Type`. */
export type MessageOf<Type extends LonelyMessage['type']> = Extract<LonelyMessage, { readonly type: Type }>
