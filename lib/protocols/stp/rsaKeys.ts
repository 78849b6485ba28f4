import { createHash, createPrivateKey, createPublicKey, generateKeyPair, KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { type BlockOpener, blockOpener } from '@/protocols/stp/blockOpener.js'
import { TransportError } from '@/errors.js'

/** What a node decrypts with, and what it publishes. */
export interface Identity {
  readonly openBlock: BlockOpener
  /** SubjectPublicKeyInfo DER, lower-case hex. */
  readonly publicKeyHex: string
  readonly modulusBytes: number
}

/** Somebody's public key: modulus and exponent, and nothing else of what was published. */
export interface RemoteKey {
  readonly key: KeyObject
  /** SubjectPublicKeyInfo DER, lower-case hex, in whatever form it came. */
  readonly hex: string
  readonly modulusBytes: number
  /** It came as a private key: whoever heard it can read what is sent to this peer. */
  readonly exposed: boolean
}

/** Bits of a modulus that is worth the work; more would cost more time than any peer should. */
const MODULUS_BITS = { min: 512, max: 8_192 }
const MAX_EXPONENT = 2n ** 32n
/** The hex of a private key of the largest modulus. */
const MAX_KEY_CHARACTERS = 12_288

/** A fresh pair. @param modulusLength bits */
export const freshIdentity = async (modulusLength: number): Promise<Identity> => {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength })
  return identityOf(privateKey)
}

/** @throws TransportError OPTION_INVALID when this is no RSA private key, or one of an unusual size */
export const identityFrom = (key: string | KeyObject): Identity => {
  try {
    return identityOf(key instanceof KeyObject ? key : createPrivateKey(key))
  } catch (cause) {
    if (cause instanceof TransportError) throw cause
    throw new TransportError('OPTION_INVALID', { option: 'key', expected: 'an RSA private key' }, { cause })
  }
}

const identityOf = (privateKey: KeyObject): Identity => {
  const bits = privateKey.type === 'private' ? modulusBits(privateKey) : undefined
  if (bits === undefined)
    throw new TransportError('OPTION_INVALID', { option: 'key', expected: 'an RSA private key', ...MODULUS_BITS })
  const publicKeyHex = hexOf(createPublicKey(privateKey))
  return { openBlock: blockOpener(privateKey), publicKeyHex, modulusBytes: Math.ceil(bits / 8) }
}

/**
 * Reads what a peer publishes: hex of SubjectPublicKeyInfo, RSAPublicKey or, as the originals do it, RSAPrivateKey DER.
 * @returns undefined when it is none of these
 * @see WIRE.md, "keys"
 */
export const readRemoteKey = (text: string): RemoteKey | undefined => {
  if (text.length > MAX_KEY_CHARACTERS || text.length % 2 > 0 || !/^[0-9a-f]+$/i.test(text)) return undefined
  const der = Buffer.from(text, 'hex')
  const read = publicKeyIn(der)
  const bits = read === undefined ? undefined : modulusBits(read.key)
  if (read === undefined || bits === undefined) return undefined
  return { ...read, hex: hexOf(read.key), modulusBytes: Math.ceil(bits / 8) }
}

/** What tells one published text from another, without keeping it. */
export const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64')

const publicKeyIn = (der: Buffer): { readonly key: KeyObject; readonly exposed: boolean } | undefined => {
  const usual = attempt(() => createPublicKey({ key: der, format: 'der', type: 'spki' }))
  if (usual !== undefined) return { key: usual, exposed: false }
  // Before the public form, as which the system reads a private key, too.
  const secret = attempt(() => createPrivateKey({ key: der, format: 'der', type: 'pkcs1' }))
  if (secret !== undefined) return { key: createPublicKey(secret), exposed: true }
  const key = attempt(() => createPublicKey({ key: der, format: 'der', type: 'pkcs1' }))
  return key === undefined ? undefined : { key, exposed: false }
}

const attempt = (read: () => KeyObject): KeyObject | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** The size of a key that we are willing to use. */
const modulusBits = (key: KeyObject): number | undefined => {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType !== 'rsa' || publicExponent < 3n || publicExponent > MAX_EXPONENT) return undefined
  return modulusLength >= MODULUS_BITS.min && modulusLength <= MODULUS_BITS.max ? modulusLength : undefined
}

const hexOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'der' }).toString('hex')
