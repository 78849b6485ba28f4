import { isUtf8 } from 'node:buffer'

/** The lead byte of U+D000 to U+DFFF; those from `a0` on in the next byte are surrogates. */
const LEAD = 0xed
const FIRST_SECOND = 0xa0
const SURROGATE = /(\p{Surrogate})/u

/**
 * UTF-8, with lone surrogates as three bytes each: what Python calls surrogatepass. A low one that directly follows a
 * high one becomes a pair, which is one character in JavaScript.
 * @returns undefined when it is something else
 */
export const decodeText = (bytes: Buffer): string | undefined => {
  if (isUtf8(bytes)) return bytes.toString()
  const pieces: string[] = []
  let start = 0
  for (let at = bytes.indexOf(LEAD); at >= 0; at = bytes.indexOf(LEAD, at + 1)) {
    const second = bytes[at + 1] ?? 0
    if (second < FIRST_SECOND) continue
    const third = bytes[at + 2] ?? 0
    const plain = bytes.subarray(start, at)
    if (!isUtf8(plain) || second >> 6 !== 2 || third >> 6 !== 2) return undefined
    pieces.push(plain.toString(), String.fromCharCode(0xd000 | ((second & 0x3f) << 6) | (third & 0x3f)))
    start = at + 3
  }
  const rest = bytes.subarray(start)
  if (!isUtf8(rest)) return undefined
  return pieces.join('') + rest.toString()
}

/** The reverse. */
export const encodeText = (text: string): Buffer => {
  if (!SURROGATE.test(text)) return Buffer.from(text)
  const pieces = text.split(SURROGATE).map((piece, index) => {
    if (index % 2 === 0) return Buffer.from(piece)
    const unit = piece.charCodeAt(0)
    return Buffer.of(LEAD, 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f))
  })
  return Buffer.concat(pieces)
}
