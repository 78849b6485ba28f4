/** The bytes that hex digits stand for; spaces are for the eye only. */
export const hex = (digits: string): Buffer => {
  const tight = digits.replaceAll(/\s/g, '')
  const bytes = Buffer.from(tight, 'hex')
  if (bytes.length * 2 !== tight.length) throw new Error(`not hex: ${digits}`)
  return bytes
}

/** Hex digits without spaces. */
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
