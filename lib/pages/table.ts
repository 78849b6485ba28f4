import { html, Markup } from '@/pages/markup.js'

/** What may stand in a cell of a table; undefined shows a dash. */
export type Cell = string | number | Markup | undefined

/** One column of a table. */
export interface Column {
  readonly title: string
  /** Numbers stand at the right. @default false */
  readonly numeric?: boolean
}

/** A table. Where it is wider than the page, it alone can be moved sideways. The first cell of a row heads it. */
export const table = (content: {
  readonly caption: string
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Cell[])[]
}): Markup => {
  const { caption, columns, rows } = content
  const numeric = (index: number): Markup | undefined =>
    columns[index]?.numeric === true ? html` class="number"` : undefined
  const row = (cells: readonly Cell[]): Markup =>
    html`<tr>${cells.map((cell, index) =>
      index === 0
        ? html`<th scope="row"${numeric(index)}>${cell}</th>`
        : html`<td${numeric(index)}>${cell ?? '–'}</td>`,
    )}</tr>`
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map(({ title }, index) => html`<th scope="col"${numeric(index)}>${title}</th>`)}</tr></thead>
<tbody>${rows.map(row)}</tbody>
</table></div>`
}

/** A word that judges, such as `holds`. It is told by more than its colour. */
export const verdict = (good: boolean, text: string): Markup =>
  html`<span class="verdict ${good ? 'good' : 'bad'}">${good ? '✓' : '✗'} ${text}</span>`
