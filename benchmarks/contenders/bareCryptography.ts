import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { PNET_KEY } from './pnetKey.js'

const NO_PADDING = constants.RSA_NO_PADDING
const MODULUS_BYTES = 256
const KEY_CHARACTERS = 44
const MAC_BYTES = 32
const IV_AT = 9
const TEXT_AT = 25

/**
 * The cryptography of one request as its receiver meets it, and of the reply, by `node:crypto` and nothing else: one RSA
 * decryption and one encryption, two Fernet tokens opened and two sealed. No packets, no padding taken off, no keys read.
 */
export class BareCryptography {
  readonly #privateKey = createPrivateKey(PNET_KEY)
  readonly #publicKey = createPublicKey(PNET_KEY)
  readonly #network = randomBytes(32)
  readonly #session = randomBytes(32)
  readonly #inner: Buffer
  readonly #outer: Buffer
  readonly #wrapped: Buffer
  readonly #universal: Buffer
  /** What stands in the envelope beside the inner token, which is base64 there once more. */
  readonly #envelopeBytes: number

  /** @param universalBytes of the value in a request, and in its reply, as it is sealed */
  constructor(universalBytes: number) {
    this.#universal = Buffer.alloc(universalBytes, 'a')
    this.#inner = seal(this.#session, this.#universal)
    const joined = base64Length(MODULUS_BYTES) + 1 + base64Length(this.#inner.length)
    this.#envelopeBytes = base64Length(joined)
    this.#outer = seal(this.#network, Buffer.alloc(this.#envelopeBytes, 'a'))
    this.#wrapped = this.#wrap()
  }

  /** @returns bytes that came of it, so that nothing is left out */
  openAndAnswer(): number {
    const envelope = open(this.#network, this.#outer)
    const block = privateDecrypt({ key: this.#privateKey, padding: NO_PADDING }, this.#wrapped)
    const universal = open(this.#session, this.#inner)
    const session = randomBytes(32)
    const wrapped = this.#wrap()
    const inner = seal(session, this.#universal)
    const outer = seal(this.#network, Buffer.alloc(this.#envelopeBytes, 'a'))
    return envelope.length + block.length + universal.length + wrapped.length + inner.length + outer.length
  }

  #wrap(): Buffer {
    const block = Buffer.concat([
      Buffer.of(0, 2),
      randomBytes(MODULUS_BYTES - 3 - KEY_CHARACTERS),
      Buffer.alloc(1 + KEY_CHARACTERS, 'a'),
    ])
    return publicEncrypt({ key: this.#publicKey, padding: NO_PADDING }, block)
  }
}

const base64Length = (bytes: number): number => Math.ceil(bytes / 3) * 4

/** A Fernet token, which is base64. */
const seal = (key: Buffer, text: Buffer): Buffer => {
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-128-cbc', key.subarray(16), iv)
  const body = Buffer.concat([Buffer.alloc(IV_AT, 0x80), iv, cipher.update(text), cipher.final()])
  const mac = createHmac('sha256', key.subarray(0, 16)).update(body).digest()
  return Buffer.from(Buffer.concat([body, mac]).toString('base64url'), 'latin1')
}

const open = (key: Buffer, text: Buffer): Buffer => {
  const token = Buffer.from(text.toString('latin1'), 'base64url')
  const body = token.subarray(0, -MAC_BYTES)
  const mac = createHmac('sha256', key.subarray(0, 16)).update(body).digest()
  if (!timingSafeEqual(mac, token.subarray(-MAC_BYTES))) throw new Error('the token is wrong')
  const decipher = createDecipheriv('aes-128-cbc', key.subarray(16), body.subarray(IV_AT, TEXT_AT))
  return Buffer.concat([decipher.update(body.subarray(TEXT_AT)), decipher.final()])
}
