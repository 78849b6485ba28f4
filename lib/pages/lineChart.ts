import { CURSOR, figure, mark, seriesClass } from '@/pages/figure.js'
import { html, type Markup } from '@/pages/markup.js'
import { at, drawing, type Plot, plotOf, WIDTHS } from '@/pages/plot.js'
import { type Axis, drawable, shownOn } from '@/pages/scale.js'
import { thinned } from '@/pages/thinned.js'

/** One measured value, and how far it was seen to vary. */
export interface Point {
  readonly x: number
  readonly y: number
  readonly low?: number
  readonly high?: number
}

/** One line and its name. */
export interface Series {
  readonly name: string
  /** In any order. What is NaN, infinite or not on the axis leaves a gap. */
  readonly points: readonly Point[]
}

/** Values over other values, as lines. */
export interface LineChart {
  readonly title: string
  readonly note?: string
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly Series[]
  /** `steps` keeps each value until the next one, as what is held over time does. @default 'lines' */
  readonly shape?: 'lines' | 'steps'
}

/** Points of all series together; of more, those that show the shape are drawn. */
const MOST_POINTS = 4_000
/** Up to so many points of one series each has its mark. */
const MOST_MARKS = 40

/** Lines over an axis, with a band where a point says how far it varies. */
export const lineChart = (chart: LineChart): Markup => {
  const { title, x, y, shape = 'lines' } = chart
  const share = Math.max(100, Math.floor(MOST_POINTS / Math.max(1, chart.series.length)))
  const series = chart.series.map(({ name, points }) => ({
    name,
    points: thinned(
      points.filter((point) => drawable(point.x, x)).toSorted((a, b) => a.x - b.x),
      share,
    ),
  }))
  const points = series.flatMap((one) => one.points)
  const values = {
    x: points.map((point) => point.x),
    y: points.flatMap((point) => [point.y, point.low ?? point.y, point.high ?? point.y]),
  }
  const plots = WIDTHS.map((width) => plotOf(width, x, y, values))
  const places = [...new Set(values.x)].toSorted((a, b) => a - b)
  const cells = series.map((one) => new Map(one.points.map((point) => [point.x, point])))
  return figure({
    title,
    ...noteOf(chart, points.length),
    drawings: plots.map((plot) =>
      drawing(plot.width, html`${plot.axes}${series.map((one, index) => drawn(plot, y, one, index, shape))}${CURSOR}`),
    ),
    names: series.map(({ name }) => name),
    stops: plots.map((plot) => places.map(plot.across)),
    columns: [x.title, ...series.map(({ name }) => name)].map((name) => ({ title: name, numeric: true })),
    rows: places.map((place) => [shownOn(x, place), ...cells.map((cell) => told(cell.get(place), y))]),
  })
}

/** What is not shown is said. */
const noteOf = ({ note, series, y }: LineChart, kept: number): { readonly note?: string } => {
  const all = series.flatMap(({ points }) => points)
  const unseen = all.filter((point) => !drawable(point.y, y)).length
  const notes = [
    note,
    all.length > MOST_POINTS && kept < all.length ? `${kept} of ${all.length} points are shown.` : undefined,
    unseen > 0 ? `${unseen} of ${all.length} points have no place on the axis.` : undefined,
  ].filter((text) => text !== undefined)
  return notes.length === 0 ? {} : { note: notes.join(' ') }
}

const told = (point: Point | undefined, axis: Axis): string | undefined => {
  if (point === undefined) return undefined
  const { y, low, high } = point
  const value = shownOn(axis, y)
  return low === undefined || high === undefined ? value : `${value} (${shownOn(axis, low)} to ${shownOn(axis, high)})`
}

const drawn = (plot: Plot, y: Axis, { points }: Series, index: number, shape: 'lines' | 'steps'): Markup => {
  const runs = unbroken(points, y)
  const marked = points.length <= MOST_MARKS ? runs.flat() : runs.filter(({ length }) => length === 1).flat()
  return html`<g class="${seriesClass(index)}">
${runs.map((run) => html`<path class="band" d="${band(plot, y, run)}"/><path class="line" d="${line(plot, run, shape)}"/>`)}
${marked.map((point) => mark(index, plot.across(point.x), plot.down(point.y)))}
</g>`
}

/** Stretches of points between the gaps. */
const unbroken = (points: readonly Point[], y: Axis): Point[][] => {
  const runs: Point[][] = [[]]
  for (const point of points)
    if (drawable(point.y, y)) runs.at(-1)?.push(point)
    else runs.push([])
  return runs.filter(({ length }) => length > 0)
}

const line = (plot: Plot, run: readonly Point[], shape: 'lines' | 'steps'): string =>
  run
    .map(({ x, y }, index) => {
      const [across, down] = [at(plot.across(x)), at(plot.down(y))]
      return index === 0 ? `M${across} ${down}` : shape === 'steps' ? `H${across}V${down}` : `L${across} ${down}`
    })
    .join('')

/** Along the upper edge and back along the lower one; a point that does not say how far it varies has none. */
const band = (plot: Plot, y: Axis, run: readonly Point[]): string => {
  const edge = ({ x, y: value }: Point, bound: number | undefined): string =>
    `${at(plot.across(x))} ${at(plot.down(drawable(bound, y) ? bound : value))}`
  if (!run.some(({ low, high }) => low !== undefined && high !== undefined)) return ''
  const upper = run.map((point) => edge(point, point.high))
  const lower = run.toReversed().map((point) => edge(point, point.low))
  return `M${[...upper, ...lower].join('L')}Z`
}
