import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Auth, AuthScheme } from '@/protocols/lonely/auth/authScheme.js'
import type { Claim } from '@/protocols/lonely/auth/claim.js'
import { parseHmacHeader } from '@/protocols/lonely/auth/hmacHeader.js'
import { hmacAuth } from '@/protocols/lonely/auth/hmacAuth.js'
import { noAuth } from '@/protocols/lonely/auth/noAuth.js'
import { tokenAuth } from '@/protocols/lonely/auth/tokenAuth.js'
import { parseToBroadcaster, parseToSubscriber } from '@/protocols/lonely/codecs.js'
import type { Compression, LonelyMessage, ToBroadcaster, ToSubscriber } from '@/protocols/lonely/messages.js'
import type { Zstd } from '@/protocols/lonely/zstd.js'
import { pythonRandomBytes } from './pythonRandom.js'

export type From = 'subscriber' | 'broadcaster'

/** One step of a recorded conversation: a whole message, or the end. */
export interface ConversationStep {
  readonly from: From
  readonly conn?: number
  readonly type?: LonelyMessage['type']
  readonly length?: number
  readonly hex?: string
  readonly head_hex?: string
  readonly sha256?: string
  readonly close?: number
}

interface Half {
  readonly type: 'token' | 'hmac'
  readonly secret: string
}

export interface Conversation {
  readonly name: string
  readonly notes: string
  readonly script: readonly string[]
  readonly config: {
    readonly secrets: { readonly 'to-broadcaster'?: Half; readonly 'to-subscriber'?: Half }
    readonly max_message_size?: number
    readonly preset_dictionaries?: Readonly<Record<string, { readonly level: number; readonly dictionary_hex: string }>>
    readonly custom_dictionaries?: Readonly<Record<string, RecordedDictionary>>
  }
  readonly connections: Readonly<
    Record<string, { readonly subscriber_nonce_hex: string; readonly broadcaster_nonce_hex: string }>
  >
  readonly steps: readonly ConversationStep[]
}

export interface RecordedDictionary {
  readonly level: number
  readonly min_size: number
  readonly max_size: number
  readonly dictionary_hex: string
}

const isFile = (value: unknown): value is { readonly cases: readonly Conversation[] } =>
  typeof value === 'object' && value !== null && 'cases' in value

/** Every recorded conversation. */
export const conversations = (): readonly Conversation[] => {
  const file: unknown = JSON.parse(readFileSync('spec/vectors/lonely-conversations.json', 'utf8'))
  if (!isFile(file)) throw new Error('lonely-conversations.json is not what it was')
  return file.cases
}

/** The subscriber in it was played by hand, to see what the broadcaster does. */
export const isHandPlayed = (name: string): boolean => /^(violation|tolerated)-/.test(name)

export const conversation = (name: string): Conversation => {
  const found = conversations().find((one) => one.name === name)
  if (found === undefined) throw new Error(`no conversation ${name}`)
  return found
}

/** The bodies that the script notifies, in order, as they were before compression. */
export const notifiedBodies = ({ script }: Conversation): readonly Buffer[] =>
  script.flatMap((line) => {
    const [, text] = /^(?:\w+: )?notify \S+ (.*?)(?: \(.*\))?$/.exec(line) ?? []
    return text === undefined ? [] : [bodyOf(text)]
  })

const bodyOf = (text: string): Buffer => {
  const [kind, ...rest] = text.split(':')
  if (kind === 'hex') return Buffer.from(rest[0] ?? '', 'hex')
  if (kind === 'repeat') return Buffer.alloc(Number(rest[0]), Number(rest[1]))
  if (kind === 'random') return pythonRandomBytes(Number(rest[1]), Number(rest[0]))
  return Buffer.from(text)
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Whether these are the bytes of a recorded message, as far as it was recorded. */
export const isStep = (step: ConversationStep, bytes: Buffer): boolean =>
  step.hex === undefined
    ? bytes.length === step.length && sha256(bytes) === step.sha256
    : bytes.toString('hex') === step.hex

/** The bytes of a recorded message; of one recorded in part, the payload is one of `payloads`, or a piece of one. */
export const stepBytes = (step: ConversationStep, payloads: readonly Buffer[]): Buffer => {
  if (step.hex !== undefined) return Buffer.from(step.hex, 'hex')
  const head = Buffer.from(step.head_hex ?? '', 'hex')
  const length = step.length ?? 0
  for (const payload of payloads) {
    for (let headBytes = 20; headBytes <= head.length; headBytes++) {
      const tail = head.subarray(headBytes)
      for (const at of [0, payload.length - (length - headBytes)]) {
        const piece = payload.subarray(at, at + length - headBytes)
        if (at < 0 || piece.length !== length - headBytes || !piece.subarray(0, tail.length).equals(tail)) continue
        const bytes = Buffer.concat([head.subarray(0, headBytes), piece])
        if (sha256(bytes) === step.sha256) return bytes
      }
    }
  }
  throw new Error(`the payload of a ${step.type} of ${length} bytes is not known`)
}

export const parseStep = (step: ConversationStep, bytes: Buffer): ToBroadcaster | ToSubscriber =>
  step.from === 'subscriber' ? parseToBroadcaster(bytes) : parseToSubscriber(bytes)

/** The kind of claim that a recorded message was signed as. */
const KINDS: Readonly<Record<LonelyMessage['type'], Claim['kind']>> = {
  CONFIGURE: 'configure',
  SUBSCRIBE_EXACT: 'subscribeExact',
  SUBSCRIBE_GLOB: 'subscribeGlob',
  UNSUBSCRIBE_EXACT: 'subscribeExact',
  UNSUBSCRIBE_GLOB: 'subscribeGlob',
  NOTIFY: 'notify',
  NOTIFY_STREAM: 'notify',
  CONTINUE_RECEIVE: 'continueReceive',
  CONFIRM_RECEIVE: 'confirmReceive',
  CONFIRM_CONFIGURE: 'confirmConfigure',
  CONFIRM_SUBSCRIBE_EXACT: 'confirmSubscribeExact',
  CONFIRM_SUBSCRIBE_GLOB: 'confirmSubscribeGlob',
  CONFIRM_UNSUBSCRIBE_EXACT: 'confirmSubscribeExact',
  CONFIRM_UNSUBSCRIBE_GLOB: 'confirmSubscribeGlob',
  CONFIRM_NOTIFY: 'confirmNotify',
  CONTINUE_NOTIFY: 'continueNotify',
  RECEIVE_STREAM: 'receive',
  ENABLE_ZSTD_PRESET: 'enableZstdPreset',
  ENABLE_ZSTD_CUSTOM: 'enableZstdCustom',
  DISABLE_ZSTD_CUSTOM: 'disableZstdCustom',
  MISSED: 'missed',
}

/**
 * The times and nonces that one side drew, by the kinds of its messages: signed again with them, the same text comes
 * out.
 */
type Draws = Map<Claim['kind'], { readonly timestamp: number; readonly nonce: string }[]>

/** A scheme for the recorded side that draws what was drawn then, and checks at the time that is presented. */
const recordedScheme = (half: Half | undefined, draws: Draws): AuthScheme => {
  if (half === undefined) return noAuth()
  if (half.type === 'token') return tokenAuth(half.secret)
  let nonce = ''
  const scheme = hmacAuth(half.secret, { nonce: () => nonce, lifetimeSeconds: 0 })
  return {
    authorize: (claim) => {
      const draw = draws.get(claim.kind)?.shift()
      if (draw === undefined) throw new Error(`one ${claim.kind} more than was recorded`)
      nonce = draw.nonce
      return scheme.authorize(claim, draw.timestamp * 1_000)
    },
    check: (claim, authorization, context) => {
      const timestamp = parseHmacHeader(authorization ?? '')?.timestamp ?? 0
      return scheme.check(claim, authorization, { ...context, nowMs: timestamp * 1_000 })
    },
  }
}

/** The schemes of a conversation, with what `side` drew on this connection. */
export const recordedAuth = ({ config }: Conversation, messages: readonly LonelyMessage[]): Auth => {
  const draws: Draws = new Map()
  for (const { type, authorization } of messages) {
    const header = parseHmacHeader(authorization ?? '')
    if (header === undefined) continue
    const kind = KINDS[type]
    draws.set(kind, [...(draws.get(kind) ?? []), header])
  }
  const { 'to-broadcaster': toBroadcaster, 'to-subscriber': toSubscriber } = config.secrets
  return { toBroadcaster: recordedScheme(toBroadcaster, draws), toSubscriber: recordedScheme(toSubscriber, draws) }
}

/** Knows by heart what the recorded bodies became when they were compressed. */
export class RecordedZstd implements Zstd {
  readonly from = 'node:zlib'
  readonly #pairs: { readonly plain: Buffer; readonly compressed: Buffer; readonly dictionary: string }[] = []

  add(plain: Buffer, compressed: Buffer, dictionary: Buffer | undefined): void {
    this.#pairs.push({ plain, compressed, dictionary: nameOf(dictionary) })
  }

  compress(bytes: Uint8Array, _level: number, dictionary?: Uint8Array): Buffer {
    const name = nameOf(dictionary)
    const found = this.#pairs.find((pair) => pair.plain.equals(bytes) && pair.dictionary === name)
    if (found === undefined) throw new Error('not recorded')
    return found.compressed
  }

  decompress(bytes: Uint8Array, size: number, dictionary?: Uint8Array): Buffer {
    const name = nameOf(dictionary)
    const found = this.#pairs.find((pair) => pair.compressed.equals(bytes) && pair.dictionary === name)
    if (found?.plain.length !== size) throw new Error('not recorded')
    return found.plain
  }
}

const nameOf = (dictionary: Uint8Array | undefined): string => (dictionary === undefined ? '' : sha256(dictionary))

/** One connection of a conversation, read. */
export interface RecordedConnection {
  readonly steps: readonly {
    readonly step: ConversationStep
    readonly bytes: Buffer
    readonly message: LonelyMessage
  }[]
  readonly zstd: RecordedZstd
  /**
   * The bodies that the subscriber notifies, by the identifiers that it gives them, as they were before compression.
   */
  readonly plain: ReadonlyMap<string, Buffer>
}

/** The body that a message begins, as it travels; undefined for other messages. */
interface Begun {
  readonly from: From
  readonly identifier: string
  readonly compressor: number
  readonly size: number
  readonly pieces: Buffer[]
}

/**
 * Reads all messages of one connection, and learns what each body became when it was compressed.
 * @param zstd tells what bodies were that the recording has compressed only
 */
export const readConnection = (recorded: Conversation, conn: number, zstd?: Zstd): RecordedConnection => {
  const notified = notifiedBodies(recorded)
  const dictionaries = dictionariesOf(recorded)
  const steps = recorded.steps
    .filter((step) => (step.conn ?? 1) === conn && step.type !== undefined)
    .map((step) => {
      const bytes = stepBytes(step, [...notified, ...dictionaries.values()])
      return { step, bytes, message: isBroken(step) ? BROKEN : parseStep(step, bytes) }
    })
  const bodies = bodiesIn(steps)
  const sent = bodies.filter(({ from }) => from === 'subscriber')
  const plains = sent.map((body, i) => plainOf(body, i, zstd, dictionaries.get(body.compressor)))
  const learned = new RecordedZstd()
  const received = bodies.filter(({ from }) => from === 'broadcaster')
  for (const list of [sent, received]) {
    for (const [i, body] of list.entries()) {
      const plain = plains[i]
      if (body.compressor > 0 && plain !== undefined)
        learned.add(plain, Buffer.concat(body.pieces), dictionaries.get(body.compressor))
    }
  }
  return {
    steps,
    zstd: learned,
    plain: new Map(sent.map(({ identifier }, i) => [identifier, plains[i] ?? Buffer.alloc(0)])),
  }
}

const BROKEN: LonelyMessage = { type: 'MISSED', topic: Buffer.alloc(0) }
/** What the recordings of violations have that cannot be read. */
const isBroken = (step: ConversationStep): boolean => {
  try {
    if (step.hex !== undefined) parseStep(step, Buffer.from(step.hex, 'hex'))
    return false
  } catch {
    return true
  }
}

export const dictionariesOf = ({ config }: Conversation): ReadonlyMap<number, Buffer> =>
  new Map(
    Object.entries({ ...config.preset_dictionaries, ...config.custom_dictionaries }).map(
      ([id, { dictionary_hex: hex }]) => [Number(id), Buffer.from(hex, 'hex')],
    ),
  )

/** Without zstd, any bytes of its size do for a body: only who compressed it could tell. */
const plainOf = (body: Begun, at: number, zstd: Zstd | undefined, dictionary: Buffer | undefined): Buffer => {
  const bytes = Buffer.concat(body.pieces)
  if (body.compressor === 0) return bytes
  return zstd?.decompress(bytes, body.size, dictionary) ?? pythonRandomBytes(at, body.size)
}

const bodiesIn = (steps: RecordedConnection['steps']): readonly Begun[] => {
  const bodies: Begun[] = []
  for (const { step, message } of steps) {
    if (message.type === 'NOTIFY') {
      const { compression, identifier, payload } = message
      bodies.push(begun(step.from, identifier, compression, payload))
    } else if (message.type === 'NOTIFY_STREAM' || message.type === 'RECEIVE_STREAM') {
      const { start, identifier, payload } = message
      if (start !== undefined) bodies.push(begun(step.from, identifier, start.compression, payload))
      else bodies.findLast(({ from }) => from === step.from)?.pieces.push(Buffer.from(payload))
    }
  }
  return bodies
}

const begun = (
  from: From,
  identifier: Uint8Array,
  compression: Compression | undefined,
  payload: Uint8Array,
): Begun => ({
  from,
  identifier: Buffer.from(identifier).toString('hex'),
  compressor: Number(compression?.compressorId ?? 0),
  size: Number(compression?.decompressedLength ?? payload.length),
  pieces: [Buffer.from(payload)],
})
