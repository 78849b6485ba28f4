/** Bytes as people read them: `0 B`, `26 B`, `64 KiB`, `9.5 MiB`. */
export const byteCount = (bytes: number): string => {
  if (bytes < 1_024) return `${bytes} B`
  if (bytes < 1_048_576) return `${trimmed(bytes / 1_024)} KiB`
  if (bytes < 1_073_741_824) return `${trimmed(bytes / 1_048_576)} MiB`
  return `${trimmed(bytes / 1_073_741_824)} GiB`
}

/** A time as people read it: `0.42 ms`, `310 ms`, `1.3 s`. */
export const duration = (ms: number): string =>
  ms < 10 ? `${ms.toFixed(2)} ms` : ms < 1_000 ? `${ms.toFixed(0)} ms` : `${(ms / 1_000).toFixed(1)} s`

/** A whole number with commas: `1,234,567`. */
export const grouped = (number: number): string =>
  Math.round(number)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ',')

/** `1 message`, `2 messages`. */
export const counted = (count: number, what: string): string => `${grouped(count)} ${what}${count === 1 ? '' : 's'}`

/** Millions of bytes a second, as text. */
export const pace = (bytes: number, ms: number): string => `${(bytes / 1_000 / Math.max(ms, 0.001)).toFixed(1)} MB/s`

const trimmed = (number: number): string =>
  Number.isInteger(number) || number >= 100 ? number.toFixed(0) : number.toFixed(1)
