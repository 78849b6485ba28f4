const SHOWN = 24

/** Bytes as text to put behind other words: `  "hello"`; what is not ASCII is `·`. Empty when none of the bytes is. */
export const textOf = (bytes: Buffer): string => {
  const chars = [...bytes.subarray(0, SHOWN)].map((byte) =>
    byte < 0x20 || byte > 0x7e ? '·' : String.fromCharCode(byte),
  )
  if (chars.every((char) => char === '·')) return ''
  return `  "${chars.join('')}"${bytes.length > SHOWN ? ' ..' : ''}`
}
