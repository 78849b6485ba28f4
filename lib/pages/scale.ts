import { quantity, tickLabel } from '@/pages/quantity.js'
import { evenTicks, powerTicks } from '@/pages/ticks.js'

/** One direction of a chart. */
export interface Axis {
  readonly title: string
  /** `B` and `ms` are shown with the prefix that fits each number. @default none */
  readonly unit?: string
  /**
   * `log` shows 0 in a place of its own before the rest, and nothing below 0. `percentile` is for 0 to 100 and gives
   * each further nine the same room. @default 'linear'
   */
  readonly scale?: 'linear' | 'log' | 'percentile'
  /** A linear axis begins at 0. @default true for what is measured, false for what it is measured over */
  readonly fromZero?: boolean
}

/** Where numbers lie along an axis. */
export interface Scale {
  /** 0 at the beginning of the axis, 1 at its end; NaN for what cannot be shown on it. */
  readonly place: (value: number) => number
  readonly ticks: readonly number[]
  /** At a tick. */
  readonly label: (value: number) => string
}

/** Above this, differences of two numbers could be infinite. */
const LARGEST = 1e150

/** Whether an axis can show it. */
export const drawable = (value: number | undefined, { scale }: Axis): value is number =>
  value !== undefined &&
  Math.abs(value) < LARGEST &&
  (scale === 'percentile' ? value >= 0 && value <= 100 : scale !== 'log' || value >= 0)

/**
 * A scale that has room for all of `values` that can be shown.
 * @param about how many ticks there should be
 */
export const scaleOf = (axis: Axis, values: readonly number[], about: number): Scale => {
  const shown = values.filter((value) => drawable(value, axis))
  if (axis.scale === 'percentile') return percentileScale(shown)
  return axis.scale === 'log' ? logScale(axis, shown, about) : linearScale(axis, shown, about)
}

const least = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)

const isBytes = (unit: string | undefined): boolean => unit?.split(' ', 1)[0] === 'B'

const linearScale = ({ unit, fromZero = false }: Axis, shown: readonly number[], about: number): Scale => {
  const all = shown.length === 0 ? [0, 1] : fromZero ? [...shown, 0] : shown
  let [from, to] = [least(all), most(all)]
  const size = Math.max(Math.abs(from), Math.abs(to))
  // Nearly alike is alike: between them there are no round numbers to write.
  if (to - from <= Math.max(1e-280, 1e-9 * size))
    [from, to] = size < 1e-270 ? [0, 1] : [from - Math.abs(from) / 2, to + Math.abs(to) / 2]
  const ticks = evenTicks(from, to, about, isBytes(unit))
  const [first = from, last = to] = [ticks[0], ticks.at(-1)]
  return { ticks, place: (value) => (value - first) / (last - first), label: (value) => tickLabel(value, unit) }
}

const logScale = ({ unit }: Axis, shown: readonly number[], about: number): Scale => {
  const positive = shown.filter((value) => value > 0)
  const [from, to] = positive.length === 0 ? [1, 10] : [least(positive), most(positive)]
  const base = isBytes(unit) ? 2 : 10
  const ticks = powerTicks(from === to ? from / 1.9 : from, from === to ? to * 1.9 : to, about, base)
  const [first, last] = [Math.log(ticks[0] ?? from), Math.log(ticks.at(-1) ?? to)]
  const hasZero = positive.length < shown.length
  const start = hasZero ? 1 / (ticks.length + 1) : 0
  const place = (value: number): number => start + ((1 - start) * (Math.log(value) - first)) / (last - first)
  return {
    ticks: hasZero ? [0, ...ticks] : ticks,
    place: (value) => (value === 0 && hasZero ? 0 : value > 0 ? place(value) : Number.NaN),
    label: (value) => tickLabel(value, unit),
  }
}

const NINES = [0, 50, 90, 99, 99.9, 99.99, 99.999, 99.9999, 99.99999] as const

const percentileScale = (shown: readonly number[]): Scale => {
  // 100 itself would be endlessly far; it stands at the end, one nine behind the others.
  const highest = most(shown.filter((value) => value < 100))
  const reached = NINES.findIndex((nine) => nine >= highest)
  const end = (reached < 0 ? NINES.length - 1 : reached) + (shown.includes(100) ? 1 : 0)
  const ticks = NINES.slice(0, Math.max(4, end + 1))
  const nines = (value: number): number => -Math.log10(1 - value / 100)
  const whole = nines(ticks.at(-1) ?? 99)
  return {
    ticks,
    place: (value) => Math.min(1, nines(value) / whole),
    label: (value) => `${value}`,
  }
}

/** The title of an axis with its unit, where the ticks do not say it. */
export const axisTitle = ({ title, unit = '', scale }: Axis): string => {
  const notes = [unit.replace(/^(B|ms)(?= |$)/, '').trim(), scale === 'log' ? 'log scale' : '']
  const note = notes.filter((part) => part !== '').join(', ')
  return note === '' ? title : `${title} (${note})`
}

/** A number on an axis, in words. */
export const shownOn = ({ unit, scale }: Axis, value: number): string =>
  scale === 'percentile' ? `${Number(value.toPrecision(9))} %` : quantity(value, unit)
