import { CURSOR, figure, seriesClass } from '@/pages/figure.js'
import { html, type Markup } from '@/pages/markup.js'
import { at, CHAR, SIZES, type Width, WIDTHS } from '@/pages/plot.js'
import { type Axis, axisTitle, drawable, shownOn, scaleOf } from '@/pages/scale.js'

/** One measured value, and how far it was seen to vary. */
export interface Bar {
  readonly name: string
  /** NaN shows no bar, and `n/a`. */
  readonly value: number
  readonly low?: number
  readonly high?: number
}

/** Values to compare, as bars. */
export interface BarChart {
  readonly title: string
  readonly note?: string
  /** What is measured. */
  readonly axis: Axis
  /** Shown from above, as they come. */
  readonly bars: readonly Bar[]
}

const ROW = 46
const TOP = 22

/** One bar under another, each below its name, with a line from its low to its high. */
export const barChart = ({ title, note, axis, bars }: BarChart): Markup =>
  figure({
    title,
    ...(note === undefined ? {} : { note }),
    drawings: WIDTHS.map((width) => drawn(width, axis, bars)),
    names: [],
    along: 'down',
    stops: WIDTHS.map(() => bars.map((_, index) => TOP + ROW * (index + 0.6))),
    columns: [
      { title: 'what' },
      { title: axisTitle(axis), numeric: true },
      { title: 'low', numeric: true },
      { title: 'high', numeric: true },
    ],
    rows: bars.map(({ name, value, low, high }) => [
      name,
      shownOn(axis, value),
      low === undefined ? undefined : shownOn(axis, low),
      high === undefined ? undefined : shownOn(axis, high),
    ]),
  })

const drawn = (width: Width, axis: Axis, bars: readonly Bar[]): Markup => {
  const size = SIZES[width]
  const figures = bars.map(({ value }) => shownOn(axis, value))
  const [left, right] = [6, size.width - 12 - CHAR * Math.max(4, ...figures.map(({ length }) => length))]
  const values = bars.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value])
  const scale = scaleOf({ fromZero: true, ...axis }, values, Math.max(4, Math.floor((right - left) / 90)))
  const across = (value: number): number => left + (right - left) * scale.place(value)
  const bottom = TOP + ROW * Math.max(1, bars.length) + 6
  const first = Math.min(right, Math.max(left, across(0) || left))
  return html`<svg class="${width}" viewBox="0 0 ${size.width} ${bottom + 22}" aria-hidden="true">
<text class="axis" x="${left}" y="14">${axisTitle(axis)}</text>
${scale.ticks.map(
  (
    tick,
    index,
  ) => html`<line class="grid" x1="${at(across(tick))}" x2="${at(across(tick))}" y1="${TOP}" y2="${bottom}"/>
<text class="tick${index === 0 ? '' : ' middle'}" x="${at(across(tick))}" y="${bottom + 16}">${scale.label(tick)}</text>`,
)}
${bars.map((bar, index) => row(bar, index))}${CURSOR}</svg>`

  function row({ name, value, low, high }: Bar, index: number): Markup {
    const top = TOP + ROW * index
    const end = drawable(value, axis) ? across(value) : first
    const middle = top + 34
    const spread = drawable(low, axis) && drawable(high, axis)
    return html`<text class="name" x="${left}" y="${top + 17}">${shortened(name, Math.floor((size.width - 12) / CHAR))}</text>
<g class="${seriesClass(index)}"><rect class="bar" x="${at(Math.min(first, end))}" y="${top + 24}" height="20" rx="2"
 width="${at(Math.max(0, Math.abs(end - first)))}"/></g>
${spread ? html`<path class="spread" d="M${at(across(low))} ${middle}H${at(across(high))}M${at(across(low))} ${middle - 5}v10M${at(across(high))} ${middle - 5}v10"/>` : undefined}
<text class="figure" x="${at(Math.max(end, spread ? across(high) : end) + 6)}" y="${middle + 5}">${figures[index]}</text>`
  }
}

/** The whole name stands in the table. */
const shortened = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`)
