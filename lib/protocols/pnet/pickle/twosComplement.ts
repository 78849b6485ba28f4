/** The longest that `readIntLE` reads. */
const SMALL_BYTES = 6

/** A little-endian integer; a `bigint` only where a `number` would not be exact. Nothing is 0. */
export const twosComplement = (bytes: Buffer): number | bigint => {
  if (bytes.length === 0) return 0
  if (bytes.length <= SMALL_BYTES) return bytes.readIntLE(0, bytes.length)
  const unsigned = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
  const value = BigInt.asIntN(bytes.length * 8, unsigned)
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}

/** The shortest little-endian bytes of an integer; none for 0. */
export const twosComplementBytes = (value: bigint): Buffer => {
  if (value === 0n) return Buffer.alloc(0)
  // a digit more than the magnitude has, for the sign
  const magnitude = value < 0n ? ~value : value
  const size = Math.ceil((magnitude.toString(16).length + 1) / 2)
  const digits = BigInt.asUintN(size * 8, value)
    .toString(16)
    .padStart(size * 2, '0')
  const bytes = Buffer.from(digits, 'hex').reverse()
  const last = bytes.at(-1)
  const signBelow = (bytes.at(-2) ?? 0) >= 0x80
  const spare = bytes.length > 1 && last === (signBelow ? 0xff : 0)
  return spare ? bytes.subarray(0, -1) : bytes
}
