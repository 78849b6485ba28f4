const SHOWN_CHARS = 40

/**
 * Bytes as text that does no harm to a terminal: what is not printable ASCII is `·`; the first 40 of them.
 * @param size of the whole text, of which these bytes are the beginning
 */
export const shownText = (bytes: Uint8Array, size = bytes.length): string => {
  const chars = Array.from(bytes.subarray(0, SHOWN_CHARS), (byte) =>
    byte < 0x20 || byte > 0x7e ? '·' : String.fromCharCode(byte),
  )
  return chars.join('') + (size > SHOWN_CHARS ? ' ..' : '')
}
