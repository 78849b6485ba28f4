import { html, type Markup } from '@/pages/markup.js'
import { type Cell, type Column, table } from '@/pages/table.js'

/** What is drawn, with its data. */
export interface FigureParts {
  readonly title: string
  /** What a reader must know to read it. */
  readonly note?: string
  /** One drawing for each width. */
  readonly drawings: readonly Markup[]
  /** Names in the order of their colours; of one alone nothing is shown. */
  readonly names: readonly string[]
  /** Where the rows of the table lie: for each drawing the places of all rows along it, in its own units. */
  readonly stops: readonly (readonly number[])[]
  /** The way along which they lie. @default 'across' */
  readonly along?: 'across' | 'down'
  readonly columns: readonly Column[]
  /** In the order of the stops. The first cell says what is measured over, the others belong to the names. */
  readonly rows: readonly (readonly Cell[])[]
}

/**
 * A chart in its place: drawings, names, and the data as a table. With the mouse over it, or the focus on it and the arrow
 * keys, the values of one row of the table are shown beside the names.
 */
export const figure = (parts: FigureParts): Markup => {
  const { title, note, drawings, names, columns, rows, along = 'across' } = parts
  return html`<figure class="chart">
<figcaption>${title}${note === undefined ? undefined : html`<small>${note}</small>`}</figcaption>
<div class="plot" data-along="${along}"${rows.length === 0 ? undefined : reader(parts)}>
${drawings}
</div>
<p class="reading" aria-hidden="true">${rows.length === 0 ? 'There is no data.' : '\u00a0'}</p>
<ul class="legend">${names.map(
    (name, index) => html`<li><svg viewBox="0 0 26 12" aria-hidden="true">${swatch(index)}</svg> ${name}
<span class="value" aria-hidden="true"></span></li>`,
  )}</ul>
<details><summary>Data as a table</summary>${table({ caption: title, columns, rows })}</details>
</figure>`
}

/** The numbers are told as the text of a slider: that is what screen readers let the arrow keys through for. */
const reader = ({ title, rows, stops, along }: FigureParts): Markup =>
  html` tabindex="0" role="slider" aria-label="${`Values of ${title}`}" aria-valuemin="1" aria-valuemax="${rows.length}"
 aria-valuenow="1" aria-valuetext="arrow keys read the values" aria-orientation="${along === 'down' ? 'vertical' : 'horizontal'}"
 data-stops="${stops.map((places) => places.map((place) => Math.round(place * 10) / 10).join(' ')).join(';')}"`

/** Shapes, so that no series is told apart by colour alone; the colours begin anew after eight. */
const SHAPES = [
  'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z',
  'M-3.6-3.6h7.2v7.2h-7.2z',
  'M0-4.6L4.6 3.6h-9.2z',
  'M0-5L5 0L0 5L-5 0z',
  'M0 4.6L4.6-3.6h-9.2z',
  'M-1.5-4.5h3v3h3v3h-3v3h-3v-3h-3v-3h3z',
  'M-4.5-2.5h9v5h-9z',
  'M-2.5-4.5h5v9h-5z',
] as const

/** The class that gives a series its colour, and its dashes after the first eight. */
export const seriesClass = (index: number): string =>
  `s${index % SHAPES.length}${index >= SHAPES.length ? ` d${Math.floor(index / SHAPES.length) % 3}` : ''}`

/** The mark of a series, at a place of the drawing. */
export const mark = (index: number, x: number, y: number): Markup =>
  html`<path class="mark" transform="translate(${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10})" d="${SHAPES[index % SHAPES.length]}"/>`

const swatch = (index: number): Markup =>
  html`<g class="${seriesClass(index)}"><path class="line" d="M0 6H26"/>${mark(index, 13, 6)}</g>`

/** Stands in a drawing once; the script moves it. */
export const CURSOR = html`<path class="cursor"/>`
