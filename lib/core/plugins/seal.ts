import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
  scryptSync,
} from 'node:crypto'
import { checkRanges } from '@/core/options.js'
import type { Plugin } from '@/core/plugin.js'
import { TransportError } from '@/errors.js'

/** Both ends must have the same `key`; nothing else has to agree. */
export interface SealOptions {
  /**
   * The shared secret. 32 bytes from a random source are best. A passphrase of 12 characters or more is accepted for
   * people who type one; whoever records a connection can try passphrases on it, so it goes through scrypt, which
   * makes each try as slow as this call (about 0.3 s), and still wants to be long.
   */
  readonly key: Uint8Array | string
  /**
   * Messages this end may send on one connection, each of at most 1 GiB; its farewell is not counted. 1 to 2^48.
   * @default 4_294_967_296 (2^32)
   */
  readonly maxMessages?: number
  /** The random part of the greeting; for specs. One that repeats itself gives the seal away. @default the system's */
  readonly randomBytes?: (sizeBytes: number) => Uint8Array
}

const VERSION = 1
const GREETING_BYTES = 33
const KEY_BYTES = 32
const PREFIX_BYTES = 4
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** The cipher takes less than 2 GiB at once; asked before it starts, since a failure would cost a record number. */
const MAX_MESSAGE_BYTES = 2 ** 30
const INFO = 'framewright seal 1'

const MESSAGE = Uint8Array.of(0)
const FAREWELL = Uint8Array.of(1)
const EMPTY = new Uint8Array(0)

/** Both ends must come to the same key without a word, so the salt is fixed; it must never change. */
const PASSPHRASE_SALT = 'framewright seal passphrase 1'
const SCRYPT = { N: 2 ** 15, r: 8, p: 3, maxmem: 2 ** 26 }
const MIN_PASSPHRASE_LENGTH = 12

/**
 * Encrypts and authenticates every message with AES-256-GCM. A message that was changed, left out, repeated, put in
 * another place, sent back, or taken from another connection is SEAL_BROKEN, and an end of the stream without
 * `farewell` is SEAL_TRUNCATED. It stands last of the plugins. A holder of the key is told from a stranger, but not
 * from another holder; who learns the key later can read what was recorded; sizes and times stay visible. TLS is the
 * better choice wherever there are certificates.
 * @returns a class, since each connection has keys of its own
 * @throws TransportError OPTION_INVALID
 * @see WIRE.md, "seal"
 */
export const seal = (options: SealOptions): (new () => Required<Plugin>) => {
  const { maxMessages } = checkRanges<{ maxMessages: number }>(
    { maxMessages: options.maxMessages },
    { maxMessages: [2 ** 32, 1, 2 ** 48] },
  )
  const secret = secretOf(options.key)
  const random = options.randomBytes ?? randomBytes
  return class Seal extends SealedStream {
    constructor() {
      super(secret, maxMessages, greetingOf(random(GREETING_BYTES - 1)))
    }
  }
}

/** The key of one direction, and how many records it has sealed or opened: the number is never sent. */
class Direction {
  readonly key: Uint8Array
  readonly #nonce = Buffer.alloc(NONCE_BYTES)
  #count = 0

  constructor(key: Uint8Array, prefix: Uint8Array) {
    this.key = key
    this.#nonce.set(prefix)
  }

  get count(): number {
    return this.#count
  }

  /** Of record number `count`, which it increases, so that none is used twice. Overwritten by the next call. */
  nextNonce(): Uint8Array {
    this.#nonce.writeUInt32BE(Math.floor(this.#count / 2 ** 32), PREFIX_BYTES)
    this.#nonce.writeUInt32BE(this.#count % 2 ** 32, PREFIX_BYTES + 4)
    this.#count++
    return this.#nonce
  }
}

type Stream = { readonly at: 'ungreeted' | 'over' | 'broken' } | { readonly at: 'open'; readonly direction: Direction }

const TOO_EARLY_OR_LATE = {
  ungreeted: 'a record came before the greeting',
  over: 'a record came after the farewell',
  broken: 'an earlier record or greeting was broken',
} as const

class SealedStream implements Required<Plugin> {
  readonly #secret: KeyObject
  readonly #maxMessages: number
  readonly #greeting: Uint8Array
  #outbound: Stream = { at: 'ungreeted' }
  #inbound: Stream = { at: 'ungreeted' }

  constructor(secret: KeyObject, maxMessages: number, greeting: Uint8Array) {
    this.#secret = secret
    this.#maxMessages = maxMessages
    this.#greeting = greeting
  }

  greeting(): Uint8Array {
    return Uint8Array.from(this.#greeting)
  }

  greeted(greeting: Uint8Array): void {
    if (this.#inbound.at !== 'ungreeted') throw rejected({ reason: 'a second greeting came' })
    this.#inbound = { at: 'broken' }
    if (greeting.length !== GREETING_BYTES) throw rejected({ reason: 'this is no greeting', bytes: greeting.length })
    if (greeting[0] !== VERSION) throw rejected({ reason: 'unknown version', version: greeting[0] ?? 0 })
    const order = Buffer.compare(this.#greeting, greeting)
    if (order === 0) throw new TransportError('SEAL_BROKEN', { reason: 'our own greeting was sent back' })
    const greetings = order < 0 ? ([this.#greeting, greeting] as const) : ([greeting, this.#greeting] as const)
    const [lower, higher] = directionsOf(this.#secret, greetings)
    this.#outbound = { at: 'open', direction: order < 0 ? lower : higher }
    this.#inbound = { at: 'open', direction: order < 0 ? higher : lower }
  }

  outbound(message: Uint8Array): Uint8Array {
    const { direction } = this.#opened()
    if (message.length > MAX_MESSAGE_BYTES) {
      throw failed({ reason: 'the message is too large to seal', bytes: message.length, limit: MAX_MESSAGE_BYTES })
    }
    if (direction.count < this.#maxMessages) return sealed(direction, MESSAGE, message)
    throw failed({ reason: 'maxMessages have been sent; open another connection', limit: this.#maxMessages })
  }

  farewell(): Uint8Array {
    const { direction } = this.#opened()
    this.#outbound = { at: 'over' }
    return sealed(direction, FAREWELL, EMPTY)
  }

  inbound(record: Uint8Array): Uint8Array | undefined {
    const inbound = this.#inbound
    if (inbound.at !== 'open') throw new TransportError('SEAL_BROKEN', { reason: TOO_EARLY_OR_LATE[inbound.at] })
    // whatever the caller does with an error, a stream with one broken record stays broken
    this.#inbound = { at: 'broken' }
    const message = unsealed(inbound.direction, record)
    if (record[0] === MESSAGE[0]) {
      this.#inbound = inbound
      return message
    }
    if (message.length > 0) throw new TransportError('SEAL_BROKEN', { reason: 'a farewell has no content' })
    this.#inbound = { at: 'over' }
    return undefined
  }

  ended(): void {
    if (this.#inbound.at !== 'over') throw new TransportError('SEAL_TRUNCATED')
  }

  #opened(): Extract<Stream, { at: 'open' }> {
    if (this.#outbound.at === 'open') return this.#outbound
    throw failed({ reason: this.#outbound.at === 'over' ? 'the farewell has been said' : 'no greeting has come yet' })
  }
}

const sealed = (direction: Direction, kind: Uint8Array, message: Uint8Array): Uint8Array => {
  const cipher = createCipheriv('aes-256-gcm', direction.key, direction.nextNonce())
  cipher.setAAD(kind)
  const hidden = cipher.update(message)
  cipher.final()
  return Buffer.concat([kind, hidden, cipher.getAuthTag()])
}

const unsealed = (direction: Direction, record: Uint8Array): Uint8Array => {
  const index = direction.count
  const size = record.length - MESSAGE.length - TAG_BYTES
  if (size < 0 || size > MAX_MESSAGE_BYTES) {
    throw new TransportError('SEAL_BROKEN', { reason: 'no record has this size', bytes: record.length, index })
  }
  const options = { authTagLength: TAG_BYTES }
  const decipher = createDecipheriv('aes-256-gcm', direction.key, direction.nextNonce(), options)
  decipher.setAAD(record.subarray(0, MESSAGE.length))
  decipher.setAuthTag(record.subarray(-TAG_BYTES))
  const message = decipher.update(record.subarray(MESSAGE.length, -TAG_BYTES))
  try {
    decipher.final()
  } catch (cause) {
    throw new TransportError('SEAL_BROKEN', { reason: 'the tag does not fit', index }, { cause })
  }
  return message
}

/** First the direction of the end with the lower greeting. */
const directionsOf = (secret: KeyObject, greetings: readonly [lower: Uint8Array, higher: Uint8Array]) => {
  const derived = hkdfSync('sha256', secret, Buffer.concat(greetings), INFO, 2 * (KEY_BYTES + PREFIX_BYTES))
  const take = (at: number, size: number): Uint8Array => new Uint8Array(derived, at, size)
  const prefixes = 2 * KEY_BYTES
  return [
    new Direction(take(0, KEY_BYTES), take(prefixes, PREFIX_BYTES)),
    new Direction(take(KEY_BYTES, KEY_BYTES), take(prefixes + PREFIX_BYTES, PREFIX_BYTES)),
  ] as const
}

const greetingOf = (random: Uint8Array): Uint8Array => {
  if (random.length === GREETING_BYTES - 1) return Uint8Array.of(VERSION, ...random)
  throw new TransportError('OPTION_INVALID', { option: 'randomBytes', given: `${random.length} bytes` })
}

/** No error shows the key, or any part of it. */
const secretOf = (key: unknown): KeyObject => {
  if (key instanceof Uint8Array && key.length === KEY_BYTES) return createSecretKey(key)
  if (typeof key === 'string' && key.length >= MIN_PASSPHRASE_LENGTH) {
    return createSecretKey(scryptSync(key.normalize('NFC'), PASSPHRASE_SALT, KEY_BYTES, SCRYPT))
  }
  const given = key instanceof Uint8Array ? `${key.length} bytes` : typeof key
  const expected = `${KEY_BYTES} bytes, or a passphrase of at least ${MIN_PASSPHRASE_LENGTH} characters`
  throw new TransportError('OPTION_INVALID', { option: 'key', given, expected })
}

const failed = (detail: Readonly<Record<string, string | number>>): TransportError =>
  new TransportError('PLUGIN_FAILED', { plugin: 'Seal', ...detail })

const rejected = (detail: Readonly<Record<string, string | number>>): TransportError =>
  new TransportError('PLUGIN_REJECTED', { plugin: 'Seal', ...detail })
