/** A prime, so that bytes shifted by any buffer size in use stand out. */
const PERIOD_BYTES = 65_521
/** Largest view `patternAt` gives. */
export const PIECE_BYTES = 65_536

/** Letters only, so that framings of text can carry every message: no quotes, no backslashes, no ends of lines. */
const LETTERS = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
const PAIRS = Uint16Array.from(
  { length: 4_096 },
  (_, pair) => ((LETTERS[pair >> 6] ?? 0) << 8) | (LETTERS[pair & 63] ?? 0),
)

/** The number of a message as four letters, read as a signed integer of 32 bits, big-endian. @param number below 16_777_216 */
export const markOf = (number: number): number =>
  ((PAIRS[(number >>> 12) & 4_095] ?? 0) << 16) | (PAIRS[number & 4_095] ?? 0)

const VALUES = ((): Uint8Array => {
  const values = new Uint8Array(256)
  for (const [value, letter] of LETTERS.entries()) values[letter] = value
  return values
})()

/** The number that such letters stand for; some number where they are none of `markOf`. */
export const numberOf = (mark: number): number =>
  (valueAt(mark, 24) << 18) | (valueAt(mark, 16) << 12) | (valueAt(mark, 8) << 6) | valueAt(mark, 0)

const valueAt = (mark: number, shift: number): number => VALUES[(mark >>> shift) & 0xff] ?? 0

const PATTERN = ((): Buffer => {
  const bytes = Buffer.alloc(PERIOD_BYTES + PIECE_BYTES)
  let state = 1
  for (let at = 0; at < PERIOD_BYTES; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[at] = LETTERS[state >>> 26] ?? 0
  }
  for (let at = PERIOD_BYTES; at < bytes.length; at++) bytes[at] = bytes[at - PERIOD_BYTES] ?? 0
  return bytes
})()

/** The bytes that stand in every message from `offset` on, as a view that must not be written to. At most PIECE_BYTES. */
export const patternAt = (offset: number, bytes: number): Buffer => {
  const start = offset % PERIOD_BYTES
  return PATTERN.subarray(start, start + bytes)
}

/** Fills `target` with what stands in every message from `offset` on. */
export const fillWithPattern = (target: Buffer, offset: number): void => {
  for (let at = 0; at < target.length; at += PIECE_BYTES) {
    patternAt(offset + at, Math.min(PIECE_BYTES, target.length - at)).copy(target, at)
  }
}

/** Whether `bytes` is what stands in every message from `offset` on, byte by byte. */
export const isPattern = (bytes: Buffer, offset: number): boolean => {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const part = bytes.subarray(at, at + PIECE_BYTES)
    if (!part.equals(patternAt(offset + at, part.length))) return false
  }
  return true
}

/** The same, looking at the first and the last byte only. */
export const seemsPattern = (bytes: Buffer, offset: number): boolean => {
  const last = bytes.length - 1
  return (
    last < 0 || (bytes[0] === PATTERN[offset % PERIOD_BYTES] && bytes[last] === PATTERN[(offset + last) % PERIOD_BYTES])
  )
}
