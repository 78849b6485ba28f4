import { constants, createCipheriv, createDecipheriv, publicEncrypt, randomBytes } from 'node:crypto'
import type { Identity, RemoteKey } from '@/protocols/stp/rsaKeys.js'
import { TransportError } from '@/errors.js'

/** How bodies beyond one RSA block are sealed; in the header as `enc` and announced in `features`. */
export const HYBRID = 'hybrid-1'

/** What OAEP with SHA-1 needs of a block. */
const OAEP_BYTES = 42
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const CIPHER = 'aes-256-gcm'
const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' }

/** Whether one RSA block has room for so many bytes. */
export const fitsOneBlock = (bytes: number, { modulusBytes }: RemoteKey): boolean => bytes <= modulusBytes - OAEP_BYTES

/** One RSA block. @param plain at most as many bytes as `fitsOneBlock` says */
export const sealBlock = (plain: Uint8Array, { key }: RemoteKey): Buffer => publicEncrypt({ key, ...OAEP }, plain)

/** 32 and 12 bytes, never used twice. */
interface Secrets {
  readonly key: Uint8Array
  readonly nonce: Uint8Array
}

/**
 * A fresh AES key in an RSA block, and the body under it; the header is vouched for.
 * @param secrets for specs only
 * @see WIRE.md, "hybrid-1"
 */
export const sealHybrid = (
  plain: Uint8Array,
  headerBytes: Uint8Array,
  { key }: RemoteKey,
  secrets: Secrets = { key: randomBytes(KEY_BYTES), nonce: randomBytes(NONCE_BYTES) },
): Buffer => {
  const cipher = createCipheriv(CIPHER, secrets.key, secrets.nonce).setAAD(headerBytes)
  const sealed = [cipher.update(plain), cipher.final()]
  return Buffer.concat([publicEncrypt({ key, ...OAEP }, secrets.key), secrets.nonce, ...sealed, cipher.getAuthTag()])
}

/**
 * Opens what was sealed for this identity.
 * @param scheme `enc` of the header, undefined for one RSA block
 * @throws TransportError PACKET_UNDECRYPTABLE, which says the same whatever was wrong with the bytes
 */
export const openBody = async (
  sealed: Buffer,
  headerBytes: Uint8Array,
  identity: Identity,
  scheme: unknown,
): Promise<Buffer> => {
  try {
    if (scheme === undefined) return await identity.openBlock(sealed)
    if (scheme === HYBRID) return await openHybrid(sealed, headerBytes, identity)
  } catch {
    // What the system says of it is nobody's business: it would tell a sender how near a guess was.
  }
  throw new TransportError('PACKET_UNDECRYPTABLE', { bodyBytes: sealed.length })
}

const openHybrid = async (
  sealed: Buffer,
  headerBytes: Uint8Array,
  { openBlock, modulusBytes }: Identity,
): Promise<Buffer> => {
  const key = await openBlock(sealed.subarray(0, modulusBytes))
  const nonceEnd = modulusBytes + NONCE_BYTES
  const tagAt = Math.max(nonceEnd, sealed.length - TAG_BYTES)
  const decipher = createDecipheriv(CIPHER, key, sealed.subarray(modulusBytes, nonceEnd), { authTagLength: TAG_BYTES })
  decipher.setAAD(headerBytes).setAuthTag(sealed.subarray(tagAt))
  return Buffer.concat([decipher.update(sealed.subarray(nonceEnd, tagAt)), decipher.final()])
}
