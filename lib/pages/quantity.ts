const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const
const THOUSANDS = ['', 'k', 'M', 'G', 'T'] as const
const TIMES = [
  ['s', 1e3],
  ['ms', 1],
  ['µs', 1e-3],
  ['ns', 1e-6],
] as const

/** Units that have a prefix already, or cannot have one. */
const UNSCALED = /^([kKMGµnm](i?B|s)\b|%|×)/

/**
 * A number as people read it, with three digits that count: `64 KiB` for the unit `B`, `12.3 µs a call` for `ms a call`,
 * `4.2 M messages/s` for any other. What is no number is `n/a`.
 */
export const quantity = (value: number, unit = ''): string => {
  const [number, scaled] = parts(value, unit)
  const rest = unit.replace(/^(B|ms)(?= |$)/, '').trim()
  return [number, scaled, rest].filter((part) => part !== '').join(' ')
}

/** The same where the unit stands beside the axis: only units that change with the size of the number are repeated. */
export const tickLabel = (value: number, unit = ''): string => {
  const [number, scaled] = parts(value, unit, 1e3)
  return scaled === '' ? number : `${number} ${scaled}`
}

/** The number, and its unit as far as that follows from its size. */
const parts = (value: number, unit: string, scaledFrom = 1e4): readonly [number: string, scaled: string] => {
  const [measure] = unit.split(' ', 1)
  if (Number.isNaN(value)) return ['n/a', '']
  if (!Number.isFinite(value)) return [value > 0 ? '∞' : '−∞', '']
  const size = Math.abs(value)
  if (measure === 'B') {
    const step = Math.max(0, Math.min(BINARY.length - 1, Math.floor(Math.log2(Math.max(size, 1)) / 10)))
    return [digits(value / 1024 ** step), BINARY[step] ?? '']
  }
  if (measure === 'ms') {
    const [name, ms] = TIMES.find(([, at]) => size >= at) ?? (size === 0 ? ['ms', 1] : ['ns', 1e-6])
    return [digits(value / ms), name]
  }
  if (UNSCALED.test(unit) || size < scaledFrom) return [digits(value), '']
  const step = Math.min(THOUSANDS.length - 1, Math.floor(Math.log10(size) / 3))
  return [digits(value / 1e3 ** step), THOUSANDS[step] ?? '']
}

/** At most three digits that count, without an exponent where that is readable, and with commas. */
const digits = (value: number): string => {
  const rounded = Math.abs(value) >= 1e3 && Math.abs(value) < 1e15 ? Math.round(value) : Number(value.toPrecision(3))
  const [whole = '', fraction] = String(rounded).replace('-', '−').split('.')
  const grouped = /e/.test(whole) ? whole : whole.replaceAll(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}
