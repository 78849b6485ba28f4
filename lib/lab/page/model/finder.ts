import type { Rows } from '@/lab/page/model/rows.js'

/** The rows that have what is looked for: in their words, or in their bytes, as text or as hex digits. */
export const foundRows = (rows: Rows, query: string): Uint8Array => {
  const found = new Uint8Array(rows.count)
  const wanted = query.trim().toLowerCase()
  if (wanted === '') return found
  const texts = rows.texts.with(wanted)
  if (texts.includes(1)) {
    for (let row = 0; row < rows.count; row++) if (rows.hasText(row, texts)) found[row] = 1
  }
  markBytes(rows, new TextEncoder().encode(query.trim()), found)
  const digits = wanted.replaceAll(/\s|^0x/g, '')
  if (/^([0-9a-f]{2})+$/.test(digits)) markBytes(rows, bytesOfHex(digits), found)
  return found
}

/** Marks the rows that have these bytes side by side. */
export const markBytes = (rows: Rows, wanted: Uint8Array, found: Uint8Array): void => {
  const { bytes } = rows
  const [first = 0] = wanted
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let same = 1
    while (same < wanted.length && bytes[at + same] === wanted[same]) same++
    if (same < wanted.length) continue
    const row = rows.rowOfByte(at)
    if (at + wanted.length <= rows.endOfBytes(row)) found[row] = 1
  }
}

export const bytesOfHex = (digits: string): Uint8Array =>
  Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
