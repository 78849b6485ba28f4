import { percentileNs } from '@/bench/distribution.js'
import { AXES, placeText } from '@/bench/figureTitle.js'
import type { Point } from '@/bench/point.js'
import type { Answer, Figure, Latencies } from '@/bench/question.js'
import { spreadOf } from '@/bench/statistics.js'
import {
  barChart,
  type Axis as ChartAxis,
  lineChart,
  type Markup,
  percentileChart,
  type Point as ChartPoint,
} from '@/pages/index.js'

/** A factor from which a linear axis would hide the small values. */
const WIDE = 20
/** Lines that can be told apart in one chart. */
const MOST_LINES = 12
const NOTE = 'Medians, and where the middle half of the samples lies.'

/** Everything an answer measured, as charts: rows of like figures as lines, others as bars, latencies by percentile. */
export const answerCharts = ({ figures, latencies = [] }: Answer): (Markup | undefined)[] => {
  const measured = figures.filter(({ samples }) => samples.length > 0)
  const others = measured.filter(({ point }) => point === undefined)
  return [
    ...grouped(measured.filter(isPlaced), ({ name, unit, point }) => `${point.axis} ${unit} ${name}`).map(overAxis),
    ...grouped(others, ({ unit }) => unit).map((like) => (like.length > 1 ? beside(measureOf(like), like) : undefined)),
    ...grouped(latencies.filter(isPlaced), ({ point }) => point.axis).map(tails),
    ...parts(latencies).map(distribution),
  ]
}

interface Placed {
  readonly point: Point
}
const isPlaced = <T extends { readonly point?: Point }>(one: T): one is T & Placed => one.point !== undefined

const grouped = <T>(all: readonly T[], keyOf: (one: T) => string): T[][] => {
  const groups = new Map<string, T[]>()
  for (const one of all) {
    const group = groups.get(keyOf(one))
    if (group === undefined) groups.set(keyOf(one), [one])
    else group.push(one)
  }
  return [...groups.values()]
}

/** Like figures, a line for each contender; where all are of one place, bars beside each other. */
const overAxis = (figures: readonly (Figure & Placed)[]): Markup | undefined => {
  const [first] = figures
  if (first === undefined) return undefined
  const { name, unit, point } = first
  const bars = figures.map((figure) => ({ ...figure, name: figure.point.line }))
  if (figures.every((figure) => figure.point.value === point.value))
    return beside(`${capital(name)}, ${placeText(point)}`, bars)
  const axis = AXES[point.axis]
  const series = grouped(figures, (figure) => figure.point.line).map((row) => ({
    name: row[0]?.point.line ?? '',
    points: row.map((figure): ChartPoint => {
      const { median, low, high } = spreadOf(figure.samples)
      return { x: figure.point.value, y: median, low, high }
    }),
  }))
  const medians = series.flatMap(({ points }) => points.map(({ y }) => y))
  return lineChart({
    title: `${capital(name)} over ${axis.title}`,
    note: NOTE,
    x: axis,
    y: uprightOf(capital(name), unit, medians),
    series,
  })
}

const beside = (title: string, figures: readonly Figure[]): Markup => {
  const unit = figures[0]?.unit ?? ''
  const bars = figures.map(({ name, samples }) => {
    const { median, low, high } = spreadOf(samples)
    return { name, value: median, low, high }
  })
  return barChart({ title, note: NOTE, axis: { title, unit }, bars })
}

/** How median and end of the distribution grow. */
const tails = (all: readonly (Latencies & Placed)[]): Markup | undefined => {
  const [first] = all
  if (first === undefined || all.every(({ point }) => point.value === first.point.value)) return undefined
  const axis = AXES[first.point.axis]
  const series = grouped(all, ({ point }) => point.line).flatMap((row) =>
    [50, 99].map((percent) => ({
      name: `${row[0]?.point.line ?? ''}, ${percent === 50 ? 'median' : '99 %'}`,
      points: row.map((one) => ({ x: one.point.value, y: percentileNs(one, percent) / 1e6 })),
    })),
  )
  return lineChart({
    title: `Latency over ${axis.title}`,
    x: axis,
    y: { title: 'latency', unit: 'ms', scale: 'log' },
    series,
  })
}

const parts = (latencies: readonly Latencies[]): (readonly Latencies[])[] =>
  Array.from({ length: Math.ceil(latencies.length / MOST_LINES) }, (_, part) =>
    latencies.slice(part * MOST_LINES, (part + 1) * MOST_LINES),
  )

const distribution = (latencies: readonly Latencies[]): Markup =>
  percentileChart({
    title: 'Latency by percentile',
    note: 'What share of the messages took at most how long.',
    axis: { title: 'latency', unit: 'ms', scale: 'log' },
    series: latencies.map(({ name, point, percentiles, minNs }) => ({
      name: point === undefined ? name : `${point.line}, ${placeText(point)}`,
      points: [[0, minNs] as const, ...percentiles].map(([percentile, ns]) => ({ percentile, value: ns / 1e6 })),
    })),
  })

const uprightOf = (title: string, unit: string, values: readonly number[]): ChartAxis => {
  const positive = values.filter((value) => value > 0)
  const wide = Math.max(...positive) > WIDE * Math.min(...positive)
  return { title, unit, ...(wide && positive.length === values.length ? { scale: 'log' } : {}) }
}

/** What figures of one unit measure, in a word. */
const measureOf = (figures: readonly Figure[]): string => {
  const unit = figures[0]?.unit ?? ''
  if (unit === '') return 'Ratio'
  if (unit.endsWith('/s')) return 'Rate'
  if (/^(B|KiB|MiB)\b/.test(unit)) return 'Memory'
  return /^(ns|µs|ms|s)\b/.test(unit) ? 'Time' : capital(unit)
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
