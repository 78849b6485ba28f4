import { isUtf8 } from 'node:buffer'
import { malformed, unwritable } from '@/protocols/lonely/malformed.js'

/**
 * UTF-8 of a text.
 * @param field what an error calls it
 * @throws TransportError LONELY_UNWRITABLE at half a surrogate pair
 */
export const encodeText = (text: string, field: string): Buffer => {
  if (typeof text !== 'string') throw unwritable('the value is not text', { field })
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length !== text.length && /\p{Surrogate}/u.test(text))
    throw unwritable('half a surrogate pair has no UTF-8', { field })
  return bytes
}

/** The text that strict UTF-8 stands for; a byte order mark stays. @throws TransportError LONELY_MALFORMED */
export const decodeText = (bytes: Buffer, field: string): string => {
  if (!isUtf8(bytes)) throw malformed('the value is not UTF-8', { field })
  return bytes.toString('utf8')
}
