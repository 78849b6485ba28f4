import { quantity } from '@/pages/index.js'
import type { FigureOf } from '@/lab/experiments/frame/figure.js'

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const
const LEAST_BAR = 8

/** Bars in text, to an eighth of a column. What varies is not shown. */
export const barsText = ({ axis, bars }: FigureOf<'bars'>, columns: number): string => {
  const labels = Math.max(0, ...bars.map(({ name }) => name.length))
  const amounts = bars.map(({ value }) => quantity(value, axis.unit))
  const room = Math.max(LEAST_BAR, columns - labels - Math.max(0, ...amounts.map(({ length }) => length)) - 6)
  const share = shareOf(
    bars.map(({ value }) => value),
    axis.scale === 'log' ? 'log' : 'linear',
  )
  return bars
    .map(({ name, value }, at) => `  ${name.padEnd(labels)}  ${barOf(share(value) * room)}${amounts[at]}\n`)
    .join('')
}

/** How long a bar is, 0 to 1. On a logarithmic scale the least that is there still has a bar. */
const shareOf = (values: readonly number[], scale: 'linear' | 'log'): ((value: number) => number) => {
  const most = Math.max(...values)
  if (scale === 'linear') return (value) => (most <= 0 ? 0 : Math.max(0, value / most))
  const least = Math.min(...values.filter((value) => value > 0)) / 2
  return (value) => (value <= 0 || most <= 0 ? 0 : Math.log(value / least) / Math.log(most / least))
}

const barOf = (length: number): string => {
  const eighths = Math.round(length * 8)
  return eighths <= 0 ? '' : `${'█'.repeat(eighths >> 3)}${EIGHTHS[eighths & 7] ?? ''} `
}
