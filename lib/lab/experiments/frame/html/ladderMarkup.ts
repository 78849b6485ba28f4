import type { FigureOf } from '@/lab/experiments/frame/figure.js'
import { shownOf, wordsOf } from '@/lab/trace/ladder.js'
import type { TraceRow } from '@/lab/trace/traceRow.js'
import { type Cell, html, type Markup, table } from '@/pages/index.js'

const NAMES = { opener: 'opener', acceptor: 'acceptor' } as const

/** What two ends said, one rung a row: the times stand at the side where they were taken. */
export const ladderMarkup = ({ title, names = NAMES, rows }: FigureOf<'ladder'>): Markup =>
  table({
    caption: title,
    columns: [
      { title: `${names.opener}, ms`, numeric: true },
      { title: 'what crossed' },
      { title: `${names.acceptor}, ms`, numeric: true },
      { title: 'what it is' },
    ],
    rows: rows.map(rung).filter((cells) => cells !== undefined),
  })

const rung = (row: TraceRow): readonly Cell[] | undefined => {
  const { atMs } = row
  switch (row.event) {
    case 'open':
      return [timeOf(atMs), '', '', `the connection is made, ${row.dialect}`]
    case 'said': {
      const { from, sentMs, receivedMs } = row
      const shown = shownOf(row)
      const [left, right] = from === 'opener' ? [sentMs, receivedMs] : [receivedMs, sentMs]
      const [colour, words] = from === 'opener' ? ['s0', `${shown} ──▶`] : ['s1', `◀── ${shown}`]
      const arrow = html`<code class="${colour}">${words}</code>`
      return [timeOf(left), arrow, timeOf(right), wordsOf(row)]
    }
    case 'note':
      return marked(atMs, row.at === 'acceptor', row.words)
    case 'close':
      return marked(atMs, row.at === 'acceptor', `over: ${row.words}`)
    case 'found':
      return undefined
  }
}

const marked = (atMs: number, right: boolean, words: string): readonly Cell[] =>
  right ? ['', '*', timeOf(atMs), words] : [timeOf(atMs), '*', '', words]

const timeOf = (ms: number | undefined): string => ms?.toFixed(2) ?? ''
