import { CURSOR, figure, seriesClass } from '@/pages/figure.js'
import { html, type Markup } from '@/pages/markup.js'
import { at, drawing, type Plot, plotOf, WIDTHS } from '@/pages/plot.js'
import { type Axis, drawable, shownOn } from '@/pages/scale.js'

/** How many values lay from `from` on and below `to`. */
export interface Bin {
  readonly from: number
  readonly to: number
  readonly count: number
}

export interface Histogram {
  readonly title: string
  readonly note?: string
  /** What was measured. */
  readonly axis: Axis
  readonly bins: readonly Bin[]
  /** What is counted, such as `messages`. */
  readonly counted: string
}

/** How often values lay where. */
export const histogram = ({ title, note, axis, bins, counted }: Histogram): Markup => {
  const y: Axis = { title: counted }
  const shown = bins.filter(({ from, to, count }) => drawable(from, axis) && drawable(to, axis) && drawable(count, y))
  const values = { x: shown.flatMap(({ from, to }) => [from, to]), y: shown.map(({ count }) => count) }
  const plots = WIDTHS.map((width) => plotOf(width, axis, y, values))
  const bar = (plot: Plot, { from, to, count }: Bin): Markup => {
    const [left, right, top] = [plot.across(from), plot.across(to), plot.down(count)]
    return html`<rect class="bar" x="${at(left)}" y="${at(top)}" width="${at(Math.max(1, right - left - 1))}"
 height="${at(plot.bottom - top)}"/>`
  }
  return figure({
    title,
    ...(note === undefined ? {} : { note }),
    drawings: plots.map((plot) =>
      drawing(
        plot.width,
        html`${plot.axes}<g class="${seriesClass(0)}">${shown.map((bin) => bar(plot, bin))}</g>${CURSOR}`,
      ),
    ),
    names: [],
    stops: plots.map((plot) => shown.map(({ from, to }) => (plot.across(from) + plot.across(to)) / 2)),
    columns: [
      { title: axis.title, numeric: true },
      { title: counted, numeric: true },
    ],
    rows: shown.map(({ from, to, count }) => [`${shownOn(axis, from)} to ${shownOn(axis, to)}`, shownOn(y, count)]),
  })
}
