import { type Claim, CLAIM_IDS, type Count, type SignedEtag } from '@/protocols/lonely/auth/claim.js'
import { TransportError } from '@/errors.js'

const DIGEST_BYTES = 64
const U64_MAX = 2n ** 64n - 1n

/**
 * Writes the bytes that are signed for a claim. The bytes of one claim stand until the next is written.
 * @see WIRE.md, "Claims"
 */
export class ClaimWriter {
  #buffer = Buffer.alloc(512)
  #at = 0
  #kind: Claim['kind'] = 'notify'

  /**
   * @param timestamp whole seconds, 0 to 2^64-1
   * @param nonce as it stands in the header
   * @returns a view that the next call overwrites
   * @throws TransportError CLAIM_UNSIGNABLE when a value does not fit its field
   */
  write(claim: Claim, timestamp: number, nonce: string): Buffer {
    this.#at = 0
    this.#kind = claim.kind
    this.#uint(CLAIM_IDS[claim.kind], 1, 'kind')
    this.#uint(timestamp, 8, 'timestamp')
    this.#text(nonce, 1, 'nonce')
    this.#bytes(claim.tracing, 2, 'tracing')
    this.#fields(claim)
    return this.#buffer.subarray(0, this.#at)
  }

  #fields(claim: Claim): void {
    switch (claim.kind) {
      case 'subscribeExact':
      case 'confirmSubscribeExact':
        this.#text(claim.url, 2, 'url')
        this.#text(claim.recovery ?? '', 2, 'recovery')
        return this.#bytes(claim.exact, 2, 'exact')
      case 'subscribeGlob':
      case 'confirmSubscribeGlob':
        this.#text(claim.url, 2, 'url')
        this.#text(claim.recovery ?? '', 2, 'recovery')
        return this.#text(claim.glob, 2, 'glob')
      case 'notify':
        this.#bytes(claim.topic, 2, 'topic')
        this.#bytes(claim.identifier, 1, 'identifier')
        return this.#raw(claim.digest)
      case 'configure':
        this.#bytes(claim.subscriberNonce, 1, 'subscriberNonce')
        this.#uint(claim.enableZstd ? 1 : 0, 1, 'enableZstd')
        this.#uint(claim.enableTraining ? 1 : 0, 1, 'enableTraining')
        return this.#uint(claim.initialDict, 2, 'initialDict')
      case 'checkSubscriptions':
        return this.#text(claim.url, 2, 'url')
      case 'setSubscriptions':
        this.#text(claim.url, 2, 'url')
        return this.#etag(claim.etag)
      case 'continueReceive':
        this.#bytes(claim.identifier, 1, 'identifier')
        this.#uint(claim.partId, 1, 'partId')
        return this.#text(claim.url, 2, 'url')
      case 'confirmReceive':
        this.#bytes(claim.identifier, 1, 'identifier')
        this.#uint(claim.subscribers, 4, 'subscribers')
        return this.#text(claim.url, 2, 'url')
      case 'confirmMissed':
        this.#bytes(claim.topic, 2, 'topic')
        return this.#text(claim.url, 2, 'url')
      case 'receive':
        this.#text(claim.url, 2, 'url')
        this.#bytes(claim.topic, 2, 'topic')
        this.#bytes(claim.identifier, 1, 'identifier')
        return this.#digest(claim.digest)
      case 'missed':
        this.#text(claim.recovery, 2, 'recovery')
        return this.#bytes(claim.topic, 2, 'topic')
      case 'confirmNotify':
        this.#bytes(claim.identifier, 1, 'identifier')
        this.#uint(claim.subscribers, 4, 'subscribers')
        this.#bytes(claim.topic, 2, 'topic')
        return this.#digest(claim.digest)
      case 'checkSubscriptionsResponse':
      case 'setSubscriptionsResponse':
        return this.#etag(claim.etag)
      case 'confirmConfigure':
        return this.#bytes(claim.broadcasterNonce, 1, 'broadcasterNonce')
      case 'enableZstdPreset':
        return this.#compression(claim)
      case 'enableZstdCustom':
        this.#compression(claim)
        return this.#digest(claim.digest)
      case 'disableZstdCustom':
        this.#uint(claim.compressor, 4, 'compressor')
        return this.#text(claim.url, 2, 'url')
      case 'continueNotify':
        this.#bytes(claim.identifier, 1, 'identifier')
        return this.#uint(claim.partId, 4, 'partId')
    }
  }

  #compression(claim: Extract<Claim, { readonly level: number }>): void {
    this.#text(claim.url, 2, 'url')
    this.#uint(claim.compressor, 4, 'compressor')
    this.#uint(claim.level, 4, 'level')
    this.#uint(claim.minSize, 8, 'minSize')
    this.#uint(claim.maxSize, 8, 'maxSize')
  }

  #etag(etag: SignedEtag): void {
    this.#uint(etag.format, 1, 'format')
    this.#raw(etag.etag)
  }

  #digest(digest: Uint8Array): void {
    if (digest.length !== DIGEST_BYTES) throw this.#unsignable('digest', digest.length, DIGEST_BYTES)
    this.#raw(digest)
  }

  #raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#at)
    this.#at += bytes.length
  }

  #bytes(bytes: Uint8Array, lengthBytes: 1 | 2, field: string): void {
    this.#length(bytes.length, lengthBytes, field)
    this.#raw(bytes)
  }

  #text(text: string, lengthBytes: 1 | 2, field: string): void {
    if (/\p{Surrogate}/u.test(text)) throw this.#unsignable(field, 'a lone surrogate', 'UTF-8')
    const length = Buffer.byteLength(text)
    this.#length(length, lengthBytes, field)
    this.#reserve(length)
    this.#buffer.write(text, this.#at)
    this.#at += length
  }

  #length(length: number, lengthBytes: 1 | 2, field: string): void {
    const limit = lengthBytes === 1 ? 0xff : 0xffff
    if (length > limit) throw this.#unsignable(field, length, limit)
    this.#uint(length, lengthBytes, field)
  }

  #uint(value: Count, width: 1 | 2 | 4 | 8, field: string): void {
    if (width === 8) return this.#u64(value, field)
    const limit = 2 ** (8 * width) - 1
    const small = Number(value)
    if (!Number.isInteger(small) || small < 0 || small > limit) throw this.#unsignable(field, String(value), limit)
    this.#reserve(width)
    this.#at = this.#buffer.writeUIntBE(small, this.#at, width)
  }

  #u64(value: Count, field: string): void {
    if (typeof value === 'number' && !Number.isSafeInteger(value)) throw this.#unsignable(field, value, '2^64-1')
    const large = BigInt(value)
    if (large < 0n || large > U64_MAX) throw this.#unsignable(field, String(value), '2^64-1')
    this.#reserve(8)
    this.#at = this.#buffer.writeBigUInt64BE(large, this.#at)
  }

  #reserve(bytes: number): void {
    const need = this.#at + bytes
    if (need <= this.#buffer.length) return
    const larger = Buffer.alloc(2 ** Math.ceil(Math.log2(need)))
    this.#buffer.copy(larger, 0, 0, this.#at)
    this.#buffer = larger
  }

  #unsignable(field: string, given: number | string, limit: number | string): TransportError {
    return new TransportError('CLAIM_UNSIGNABLE', { kind: this.#kind, field, given, limit })
  }
}
