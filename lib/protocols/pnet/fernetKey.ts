import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto'
import { TransportError } from '@/errors.js'
import { base64Length, decodeBase64, encodeBase64, encodeBase64InPlace } from '@/protocols/pnet/base64.js'
import { type Sources, SYSTEM_SOURCES } from '@/protocols/pnet/sources.js'

/** Of a key: 16 for the HMAC, then 16 for AES. */
export const FERNET_KEY_BYTES = 32
/** Of a key as text. */
export const FERNET_KEY_CHARACTERS = 44

const HALF_BYTES = 16
const VERSION = 0x80
const TIME_AT = 1
const IV_AT = 9
const IV_BYTES = 16
const CIPHERTEXT_AT = IV_AT + IV_BYTES
const BLOCK_BYTES = 16
const MAC_BYTES = 32
const LEAST_BYTES = CIPHERTEXT_AT + BLOCK_BYTES + MAC_BYTES
/** How far ahead of ours the clock of the other end may be, when the age of a token is looked at at all. */
const SKEW_SECONDS = 60

const rawLength = (plaintextBytes: number): number =>
  CIPHERTEXT_AT + plaintextBytes - (plaintextBytes % BLOCK_BYTES) + BLOCK_BYTES + MAC_BYTES

/** Characters of the token that so many bytes become. */
export const sealedLength = (plaintextBytes: number): number => base64Length(rawLength(plaintextBytes))

/** How old a token may be. */
export interface TokenAge {
  /** Oldest token that is opened, in seconds; 0 opens only those of this very second. */
  readonly ttlSeconds: number
  /** Milliseconds since 1970. @default Date.now() */
  readonly nowMs?: number
}

/** A Fernet key: AES-128-CBC with HMAC-SHA256. Never changes. @see WIRE.md, "Fernet" */
export class FernetKey {
  readonly #bytes: Buffer
  readonly #macKey: Buffer
  readonly #cipherKey: Buffer

  /**
   * @param bytes 32; copied
   * @throws TransportError FERNET_KEY_INVALID
   */
  constructor(bytes: Uint8Array) {
    if (bytes.length !== FERNET_KEY_BYTES) throw new TransportError('FERNET_KEY_INVALID', { bytes: bytes.length })
    this.#bytes = Buffer.from(bytes)
    this.#macKey = this.#bytes.subarray(0, HALF_BYTES)
    this.#cipherKey = this.#bytes.subarray(HALF_BYTES)
  }

  static generate({ random }: Pick<Sources, 'random'> = SYSTEM_SOURCES): FernetKey {
    return new FernetKey(random(FERNET_KEY_BYTES))
  }

  /**
   * @param text 44 characters: 32 bytes in URL-safe base64 with padding
   * @throws TransportError FERNET_KEY_INVALID, which does not tell the text
   */
  static parse(text: string): FernetKey {
    const bytes = text.length === FERNET_KEY_CHARACTERS ? decodeBase64(Buffer.from(text, 'utf8')) : undefined
    if (bytes?.length === FERNET_KEY_BYTES) return new FernetKey(bytes)
    throw new TransportError('FERNET_KEY_INVALID', { characters: text.length })
  }

  /** The 44 characters that `parse` reads, as ASCII. A secret; that is why there is no `toString`. */
  exportText(): Buffer {
    return encodeBase64(this.#bytes)
  }

  /** @returns the token as ASCII bytes: 100 characters for up to 15 bytes, and at most 22 more for each 16 */
  seal(plaintext: Uint8Array, sources: Sources = SYSTEM_SOURCES): Buffer {
    const token = Buffer.allocUnsafe(sealedLength(plaintext.length))
    this.sealInto(plaintext, token, token.length, sources)
    return token
  }

  /**
   * Writes the token so that it ends at `end`, where nothing is copied any more.
   * @param end at least `sealedLength(plaintext.length)`; what is before it in `into` may be overwritten
   * @returns where the token begins
   */
  sealInto(plaintext: Uint8Array, into: Buffer, end: number, sources: Sources = SYSTEM_SOURCES): number {
    const size = rawLength(plaintext.length)
    this.#write(plaintext, into.subarray(end - size, end), sources)
    return encodeBase64InPlace(into, size, end)
  }

  /** The token in base64 once more, as pnet has it where a token stands inside of something. */
  sealTwice(plaintext: Uint8Array, sources: Sources = SYSTEM_SOURCES): Buffer {
    const text = Buffer.allocUnsafe(base64Length(sealedLength(plaintext.length)))
    this.sealTwiceInto(plaintext, text, text.length, sources)
    return text
  }

  /** As `sealInto`, for what `sealTwice` gives: `base64Length(sealedLength(plaintext.length))` characters. */
  sealTwiceInto(plaintext: Uint8Array, into: Buffer, end: number, sources: Sources = SYSTEM_SOURCES): number {
    const tokenAt = this.sealInto(plaintext, into, end, sources)
    return encodeBase64InPlace(into, end - tokenAt, end)
  }

  /**
   * The MAC is checked first, in constant time; the age only if it is given.
   * @param token ASCII bytes
   * @returns the plaintext, in memory of its own
   * @throws TransportError FERNET_REJECTED
   */
  open(token: Uint8Array, age?: TokenAge): Buffer {
    return this.#open(decodeBase64(token), age)
  }

  /** As `open`, for a token whose memory nobody needs any more: it is overwritten. */
  openConsuming(token: Buffer): Buffer {
    return this.#open(decodeBase64(token, token), undefined)
  }

  #open(bytes: Buffer | undefined, age: TokenAge | undefined): Buffer {
    if (bytes === undefined) throw rejected('it is not base64')
    if (bytes.length < LEAST_BYTES || bytes[0] !== VERSION) throw rejected('it is not a token')
    const macAt = bytes.length - MAC_BYTES
    const mac = this.#mac(bytes.subarray(0, macAt))
    if (!timingSafeEqual(mac, bytes.subarray(macAt))) throw rejected('the MAC is wrong')
    if ((macAt - CIPHERTEXT_AT) % BLOCK_BYTES !== 0) throw rejected('it is not whole blocks')
    if (age !== undefined) checkAge(bytes.readBigUInt64BE(TIME_AT), age)
    return this.#decrypt(bytes.subarray(IV_AT, CIPHERTEXT_AT), bytes.subarray(CIPHERTEXT_AT, macAt))
  }

  #write(plaintext: Uint8Array, token: Buffer, { random, nowMs }: Sources): void {
    const macAt = token.length - MAC_BYTES
    token[0] = VERSION
    token.writeBigUInt64BE(BigInt(Math.floor(nowMs() / 1000)), TIME_AT)
    const iv = random(IV_BYTES)
    token.set(iv, IV_AT)
    const cipher = createCipheriv('aes-128-cbc', this.#cipherKey, iv)
    const head = cipher.update(plaintext)
    token.set(head, CIPHERTEXT_AT)
    token.set(cipher.final(), CIPHERTEXT_AT + head.length)
    token.set(this.#mac(token.subarray(0, macAt)), macAt)
  }

  #mac(bytes: Uint8Array): Buffer {
    return createHmac('sha256', this.#macKey).update(bytes).digest()
  }

  #decrypt(iv: Uint8Array, ciphertext: Uint8Array): Buffer {
    // the padding comes off by hand: so all blocks come out in one piece, which needs no copy
    const decipher = createDecipheriv('aes-128-cbc', this.#cipherKey, iv).setAutoPadding(false)
    const padded = decipher.update(ciphertext)
    const padding = padded.at(-1) ?? 0
    const plaintext = padded.subarray(0, Math.max(0, padded.length - padding))
    const well = padding >= 1 && padding <= BLOCK_BYTES
    if (well && padded.subarray(plaintext.length).every((byte) => byte === padding)) return plaintext
    throw rejected('the padding is wrong')
  }
}

const checkAge = (sealedSeconds: bigint, { ttlSeconds, nowMs = Date.now() }: TokenAge): void => {
  const ageSeconds = Math.floor(nowMs / 1000) - Number(sealedSeconds)
  if (ageSeconds > ttlSeconds) throw rejected('it is too old')
  if (ageSeconds < -SKEW_SECONDS) throw rejected('it is from the future')
}

const rejected = (problem: string): TransportError => new TransportError('FERNET_REJECTED', { problem })
