import { constants, createPublicKey, type KeyObject, publicEncrypt } from 'node:crypto'
import { TransportError } from '@/errors.js'
import { decodeBase64, encodeBase64 } from '@/protocols/pnet/base64.js'
import type { FernetKey } from '@/protocols/pnet/fernetKey.js'
import { LEAST_MODULUS_BYTES, padBlock } from '@/protocols/pnet/pkcs1.js'
import { type Sources, SYSTEM_SOURCES } from '@/protocols/pnet/sources.js'

/** A node key has at least so many bits: fewer have no room for a session key. */
export const MIN_KEY_BITS = LEAST_MODULUS_BYTES * 8
/** Longer keys of other nodes are refused; each bit of them costs whoever seals for them. */
export const MAX_KEY_BITS = 8_192
/** Largest KEY section that is read; one of 8192 bits has 2,148 characters or fewer. */
const MAX_KEY_FIELD_CHARACTERS = 2_304
/** A larger public exponent would make sealing as slow as opening. */
const MAX_EXPONENT = 0xffff_ffffn

const PEM = /^-----BEGIN RSA PUBLIC KEY-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END RSA PUBLIC KEY-----\s*$/

/** The public half of a node's key: other nodes seal for it. Never changes. @see WIRE.md, "RSA" */
export class NodePublicKey {
  /** The KEY section of a packet: PKCS#1 PEM in base64. Equal for equal keys, however they were written. */
  readonly field: string
  /** Of the modulus: 440 to 8_192. */
  readonly bits: number
  readonly #key: KeyObject

  /** @throws TransportError NODE_KEY_INVALID when it is no RSA key of 440 to 8192 bits */
  constructor(key: KeyObject) {
    const { modulusLength: bits = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
    if (key.asymmetricKeyType !== 'rsa') throw invalid('it is no RSA key')
    if (bits < MIN_KEY_BITS || bits > MAX_KEY_BITS) throw invalid(`it has ${bits} bits`)
    if (publicExponent < 3n || publicExponent > MAX_EXPONENT) throw invalid('its exponent is out of range')
    // by way of a JWK: Node 24 cannot write as PKCS#1 what it has read as PKCS#1
    this.#key = createPublicKey({ key: key.export({ format: 'jwk' }), format: 'jwk' })
    this.bits = bits
    this.field = encodeBase64(Buffer.from(this.exportPem(), 'latin1')).toString('latin1')
  }

  /**
   * What the KEY section of a packet holds.
   * @throws TransportError NODE_KEY_INVALID
   */
  static parseField(field: string): NodePublicKey {
    if (field.length > MAX_KEY_FIELD_CHARACTERS) throw invalid(`its field has ${field.length} characters`)
    const pem = decodeBase64(Buffer.from(field, 'utf8'))
    if (pem === undefined) throw invalid('its field is not base64')
    return NodePublicKey.parsePem(pem.toString('latin1'))
  }

  /**
   * @param pem "RSA PUBLIC KEY", which is PKCS#1; nothing else is understood, as with the original
   * @throws TransportError NODE_KEY_INVALID
   */
  static parsePem(pem: string): NodePublicKey {
    const [, body] = PEM.exec(pem) ?? []
    if (body === undefined) throw invalid('it is not a PKCS#1 PEM')
    let key: KeyObject
    try {
      key = createPublicKey({ key: Buffer.from(body, 'base64'), format: 'der', type: 'pkcs1' })
    } catch (cause) {
      throw invalid('it cannot be read', { cause })
    }
    return new NodePublicKey(key)
  }

  /** What a wrapped session key has: as much as the modulus. */
  get blockBytes(): number {
    return Math.ceil(this.bits / 8)
  }

  /** PKCS#1, with its line breaks and a final newline. */
  exportPem(): string {
    return this.#key.export({ type: 'pkcs1', format: 'pem' }).toString()
  }

  /**
   * Encrypts a session key, with the padding of PKCS#1 v1.5.
   * @returns as many bytes as the modulus has
   * @throws TransportError NODE_KEY_INVALID when the modulus is none
   */
  wrap(session: FernetKey, { random }: Pick<Sources, 'random'> = SYSTEM_SOURCES): Buffer {
    const block = padBlock(session.exportText(), this.blockBytes, random)
    try {
      return publicEncrypt({ key: this.#key, padding: constants.RSA_NO_PADDING }, block)
    } catch (cause) {
      throw invalid('it cannot encrypt', { cause })
    }
  }
}

const invalid = (problem: string, options?: ErrorOptions): TransportError =>
  new TransportError('NODE_KEY_INVALID', { problem }, options)
