/** What a number counts: bytes and milliseconds are written for people; any other word stands behind the number. */
export type Unit = string

/** A number as people read it: `64 KiB`, `0.42 ms`, `12,345 messages/s`. */
export const amountOf = (value: number, unit: Unit): string => {
  if (!Number.isFinite(value)) return `${value > 0 ? 'no end of' : 'no'} ${unit}`
  if (unit === 'bytes') return byteAmount(value)
  if (unit === 'ms' && Math.abs(value) >= 1_000) return `${rounded(value / 1_000)} s`
  return `${rounded(value)}${unit === '' ? '' : ` ${unit}`}`
}

const SIZES = [
  ['GiB', 2 ** 30],
  ['MiB', 2 ** 20],
  ['KiB', 2 ** 10],
] as const

const byteAmount = (bytes: number): string => {
  const [unit, size] = SIZES.find(([, least]) => Math.abs(bytes) >= least) ?? ['B', 1]
  return `${rounded(bytes / size)} ${unit}`
}

/** Three digits are enough for anybody, whole numbers stay whole. */
const rounded = (value: number): string => {
  const size = Math.abs(value)
  if (Number.isInteger(value) || size >= 100) return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(3)))
}
