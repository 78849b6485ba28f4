import { deflateRawSync } from 'node:zlib'
import { GROUPS } from '@/lab/page/model/marks.js'
import { pageScript } from '@/lab/page/pageScript.js'
import { TRACE_STYLE } from '@/lab/page/pageStyle.js'
import { TraceTable } from '@/lab/page/traceTable.js'
import { KEYS } from '@/lab/page/view/keys.js'
import type { TraceRow } from '@/lab/trace/traceRow.js'
import { html, jsonBlock, type Markup, page } from '@/pages/index.js'

/** How a page is made. */
export interface TracePageOptions {
  /** What stands above it. @default 'Timeline' */
  readonly title?: string
  /** What the two ends are called. @default opener and acceptor */
  readonly names?: { readonly opener: string; readonly acceptor: string }
}

/**
 * A timeline as one HTML page that opens anywhere without a network: a ladder to move and zoom in, a list of all rows, and
 * everything about each. What was said on the wire is in it as data only; none of it can become markup or code.
 * @param rows as they are kept by a `Timeline`, or a `TraceTable` of far more of them
 */
export const tracePage = (rows: TraceTable | Iterable<TraceRow>, options: TracePageOptions = {}): string => {
  const table = rows instanceof TraceTable ? rows : tableOf(rows)
  const data = Buffer.from(deflateRawSync(table.encode())).toString('base64')
  const { title = 'Timeline', names = { opener: 'opener', acceptor: 'acceptor' } } = options
  return page({
    title,
    lead: leadOf(table),
    sections: [{ title: 'Timeline', body: [desk(names, table.conversations > 1), help(), jsonBlock('rows', data)] }],
    styles: [TRACE_STYLE],
    scripts: [pageScript()],
  })
}

const tableOf = (rows: Iterable<TraceRow>): TraceTable => {
  const table = new TraceTable()
  for (const row of rows) table.add(row)
  return table
}

const leadOf = ({ rows, lost, conversations, spanMs }: TraceTable): string => {
  const count = (number: number, word: string): string =>
    `${number.toLocaleString('en')} ${word}${number === 1 ? '' : 's'}`
  const kept = `${count(rows, 'row')} of ${count(conversations, 'conversation')} in ${spanMs.toLocaleString('en')} ms.`
  return lost === 0 ? kept : `${kept} ${count(lost, 'row')} more ${lost === 1 ? 'was' : 'were'} not kept.`
}

const desk = (names: { readonly opener: string; readonly acceptor: string }, numbered: boolean): Markup => html`
<noscript><p>This page draws its rows by a script, which this browser does not run.</p></noscript>
<div class="controls">
<fieldset class="scroll"><legend>Show</legend>${GROUPS.map(
  ({ name }) =>
    html`<label data-kind="${name}"><input type="checkbox" name="kind" value="${name}" checked><span class="swatch"></span>${name} <small></small></label>`,
)}</fieldset>
<label id="conversation-field" hidden>Conversation <input id="conversation" type="text" inputmode="numeric" placeholder="1, 4-6" autocomplete="off"></label>
<label>Search <input id="search" type="search" placeholder="words or hex" autocomplete="off" spellcheck="false"></label>
<span class="group" role="group" aria-label="How rows are laid out">${button('order', 'In order')}${button('time', 'To scale')}</span>
<span class="group" role="group" aria-label="Zoom">${button('out', '−', 'Further away')}${button('in', '+', 'Nearer')}${button('all', 'All', 'The whole run')}</span>
${button('help', '?', 'What keys do')}
</div>
<p id="status" role="status">Reading ..</p>
<div class="desk">
<div class="ends" aria-hidden="true"><span>${names.opener}</span><span>${names.acceptor}</span></div>
<canvas id="strip" role="img" aria-label="The whole run. The list has the same rows."></canvas>
<canvas id="ladder" role="img" aria-label="What goes from one end to the other. The list has the same rows."></canvas>
<div id="list" class="${numbered ? 'numbered' : ''}" role="grid" tabindex="0" aria-label="Rows" aria-readonly="true">
<div class="line head" role="row" aria-rowindex="1">${HEADS.map(
  ([name, words]) => html`<span class="cell ${name}" role="columnheader">${words}</span>`,
)}</div>
<div id="list-body" role="rowgroup"></div>
</div>
<aside id="details" aria-label="The chosen row"><button id="details-close" type="button" data-act="leave" aria-label="Close">×</button><div id="details-body" aria-live="polite"></div></aside>
</div>
<div id="hint" hidden></div><span id="probe"></span>`

const HEADS = [
  ['number', '#'],
  ['time', 'ms'],
  ['apart', 'after'],
  ['way', ''],
  ['digits', 'what'],
  ['words', 'meaning'],
] as const

const button = (act: string, words: string, label = words): Markup =>
  html`<button type="button" data-act="${act}" aria-label="${label}" title="${label}">${words}</button>`

const help = (): Markup => html`<dialog id="keys" aria-labelledby="keys-title"><h2 id="keys-title">What keys do</h2>
<dl>${KEYS.filter(({ shown }) => shown !== '').map(({ shown, words }) => html`<dt><kbd>${shown}</kbd></dt><dd>${words}</dd>`)}</dl>
<p>The wheel and dragging move the picture; Ctrl and the wheel, two fingers or a double click come nearer. In the strip at its
side, drag the brush, its borders, or a new one.</p>
<form method="dialog"><button>Close</button></form></dialog>`
