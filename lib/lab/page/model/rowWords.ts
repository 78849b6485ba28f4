import { GROUPS, MARKS, maskOf } from '@/lab/page/model/marks.js'
import type { Rows } from '@/lab/page/model/rows.js'

/** A time in milliseconds, in groups of three digits: `12,345.678`. Empty when it is not known. */
export const msText = (micros: number, decimals = 3): string => {
  if (Number.isNaN(micros)) return ''
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals }
  return (micros / 1_000).toLocaleString('en', digits)
}

/** A span in the unit that suits it: `850 µs`, `12.3 ms`, `4.5 s`. */
export const spanText = (micros: number): string => {
  const digits = (value: number): string => String(Number(value.toPrecision(3)))
  if (micros < 1_000) return `${digits(micros)} µs`
  return micros < 1_000_000 ? `${digits(micros / 1_000)} ms` : `${digits(micros / 1_000_000)} s`
}

export const countText = (count: number): string => count.toLocaleString('en')

/** Hex digits of at most so many bytes, and `..` when there are more. */
export const hexText = (bytes: Uint8Array, most: number, all = bytes.length): string => {
  const digits = [...bytes.subarray(0, most)].map((byte) => byte.toString(16).padStart(2, '0'))
  return digits.join(' ') + (all > most ? ' ..' : '')
}

/** Bytes as characters; what is not ASCII that can be printed is `·`. */
export const charText = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => (byte < 0x20 || byte > 0x7e ? '·' : String.fromCharCode(byte))).join('')

/** The same in quotes behind other words; empty when no byte is a character. */
export const quotedText = (bytes: Uint8Array, most: number): string => {
  const text = charText(bytes.subarray(0, most))
  return /^·*$/.test(text) ? '' : `"${text}"${bytes.length > most ? ' ..' : ''}`
}

/** What a row means, in one line, without its bytes. */
export const wordsOf = (rows: Rows, row: number): string => {
  const own = rows.texts.text(rows.text[row] ?? 0)
  const mark = MARKS[rows.main[row] ?? 0]
  if (mark === 'end') return own === '' ? 'the end of the stream' : `the end of the stream; ${own}`
  if (mark === 'reset') return 'reset'
  if (own !== '' || !rows.isSaid(row)) return own
  const meanings = rows.stretches(row).map(({ meaning }) => meaning)
  const words = meanings.filter((meaning) => meaning !== '').join('; ')
  const size = rows.size[row] ?? 0
  return words === '' ? `${countText(size)} byte${size === 1 ? '' : 's'}` : words
}

/** The same for a row: only bytes that are the users' own, or not understood, are likely to be text. */
export const rowText = (rows: Rows, row: number, most: number): string =>
  ((rows.mask[row] ?? 0) & maskOf(['payload', 'delimiter', 'bytes'])) === 0 ? '' : quotedText(rows.shown(row), most)

/** Who speaks to whom, or where it is, in words. */
export const placeText = (rows: Rows, row: number): string => {
  const place = rows.place[row] ?? 0
  if (rows.isSaid(row)) return place === 0 ? 'opener to acceptor' : 'acceptor to opener'
  return ['at the opener', 'at the acceptor', 'between the ends'][place] ?? ''
}

/** What a row is, in a word or two: the kinds of its bytes, or its mark. */
export const marksText = (mask: number): string => MARKS.filter((_, bit) => (mask >> bit) & 1).join(', ')

/** What stands on the arrow of an end or a reset, or beside the mark of a note. */
export const markLabel = (main: number): string => {
  const mark = MARKS[main] ?? 'bytes'
  const labels: Partial<Record<(typeof MARKS)[number], string>> = {
    end: 'FIN',
    reset: 'RST',
    partial: 'partial write',
    withheld: 'OK withheld',
    close: 'over',
  }
  return labels[mark] ?? mark
}

/** The name of the switch that a mark belongs to, as a class of the style sheet and a colour: `opening`, `notes`. */
export const groupOf = (main: number): string => {
  const mark = MARKS[main]
  return GROUPS.find(({ marks }) => marks.some((one) => one === mark))?.name ?? 'bytes'
}
