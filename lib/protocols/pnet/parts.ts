import { createHash, type Hash } from 'node:crypto'
import { TransportError } from '@/errors.js'
import { decodeBase64, encodeBase64 } from '@/protocols/pnet/base64.js'

/** One part of a stream as it is sent. */
export interface Part {
  /** Its bytes in base64, with `=`, as ASCII. */
  readonly text: Buffer
  /** Lower-case hex SHA-256 of `text`, as the sender says. */
  readonly checksum: string
}

/** How many digits of each part's checksum go into that of the whole. */
const DIGITS = 6

/** @see WIRE.md, "parts" */
export const encodePart = (bytes: Uint8Array): Part => {
  const text = encodeBase64(bytes)
  return { text, checksum: checksumOf(text) }
}

/**
 * @returns the bytes, in memory of their own
 * @throws TransportError CHECKSUM_DIFFERENT, or COMMAND_MALFORMED when the text is not base64
 */
export const decodePart = ({ text, checksum }: Part): Buffer => {
  if (checksumOf(text) !== checksum) throw new TransportError('CHECKSUM_DIFFERENT', { of: 'a part' })
  const bytes = decodeBase64(text)
  if (bytes === undefined) throw new TransportError('COMMAND_MALFORMED', { problem: 'a part is not base64' })
  return bytes
}

const checksumOf = (text: Uint8Array): string => createHash('sha256').update(text).digest('hex')

/** The checksum of a whole stream, which grows part by part. */
export class TotalChecksum {
  readonly #hash: Hash = createHash('sha256')

  /** @param part in order, each once */
  add({ checksum }: Part): void {
    this.#hash.update(checksum.slice(0, DIGITS))
  }

  /** Lower-case hex, of what has been added so far. */
  digest(): string {
    return this.#hash.copy().digest('hex')
  }
}
