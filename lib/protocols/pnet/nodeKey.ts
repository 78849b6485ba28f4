import {
  constants,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  privateDecrypt,
} from 'node:crypto'
import { promisify } from 'node:util'
import { TransportError } from '@/errors.js'
import { wholeNumber } from '@/framings/wholeNumber.js'
import { FernetKey } from '@/protocols/pnet/fernetKey.js'
import { unpadSessionKey } from '@/protocols/pnet/pkcs1.js'
import { MAX_KEY_BITS, NodePublicKey } from '@/protocols/pnet/publicKey.js'

/** Of a key that is made without saying how long; its advertisement fits into one datagram. */
export const DEFAULT_KEY_BITS = 2_048
const LEAST_GENERATED_BITS = 512
const EXPONENT = 65_537

const generate = promisify(generateKeyPair)

/** A node's own key: what is sealed for it opens with this. Never changes. @see WIRE.md, "RSA" */
export class NodeKey {
  /** What other nodes are told. */
  readonly publicKey: NodePublicKey
  readonly #key: KeyObject
  readonly #decoyKey: Buffer

  /** @throws TransportError NODE_KEY_INVALID when it is no private RSA key of 440 to 8192 bits */
  constructor(key: KeyObject) {
    if (key.type !== 'private') throw invalid('it is no private key')
    this.publicKey = new NodePublicKey(createPublicKey(key))
    this.#key = key
    const own = key.export({ type: 'pkcs1', format: 'der' })
    this.#decoyKey = createHmac('sha256', own).update('what an unreadable session key is replaced by').digest()
    own.fill(0)
  }

  /**
   * A new key of 512 to 8_192 `bits`, 2_048 unless given. It is made beside the event loop, and takes from a tenth of a
   * second to several.
   * @throws TransportError OPTION_INVALID
   */
  static async generate({ bits = DEFAULT_KEY_BITS }: { readonly bits?: number } = {}): Promise<NodeKey> {
    const modulusLength = wholeNumber('bits', bits, [LEAST_GENERATED_BITS, MAX_KEY_BITS])
    const { privateKey } = await generate('rsa', { modulusLength, publicExponent: EXPONENT })
    return new NodeKey(privateKey)
  }

  /**
   * @param pem PKCS#1 ("RSA PRIVATE KEY") as the original writes it, or PKCS#8; not encrypted
   * @throws TransportError NODE_KEY_INVALID, which does not tell the text
   */
  static parsePem(pem: string | Uint8Array): NodeKey {
    let key: KeyObject
    try {
      key = createPrivateKey(typeof pem === 'string' ? pem : Buffer.from(pem))
    } catch (cause) {
      throw invalid('it cannot be read', { cause })
    }
    return new NodeKey(key)
  }

  /** PKCS#1. A secret. */
  exportPem(): string {
    return this.#key.export({ type: 'pkcs1', format: 'pem' }).toString()
  }

  /**
   * Decrypts a session key. What does not decrypt to one gives another key, always the same for the same bytes, that
   * opens nothing: neither the answer nor the time it takes tells the two apart.
   * @throws TransportError ENVELOPE_REJECTED when the bytes are not as long as the modulus, or not below it
   */
  unwrap(wrapped: Uint8Array): FernetKey {
    if (wrapped.length !== this.publicKey.blockBytes) throw rejected()
    const decoy = createHmac('sha256', this.#decoyKey).update(wrapped).digest()
    let block: Buffer
    try {
      block = privateDecrypt({ key: this.#key, padding: constants.RSA_NO_PADDING }, wrapped)
    } catch (cause) {
      throw rejected({ cause })
    }
    return new FernetKey(unpadSessionKey(block, decoy))
  }
}

const invalid = (problem: string, options?: ErrorOptions): TransportError =>
  new TransportError('NODE_KEY_INVALID', { problem }, options)

const rejected = (options?: ErrorOptions): TransportError =>
  new TransportError('ENVELOPE_REJECTED', { refusal: 'ERR_RSA_DECRYPTION_FAILED' }, options)
