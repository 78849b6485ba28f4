/// <reference lib="dom" />
import { MARKS } from '@/lab/page/model/marks.js'
import type { PageStretch, Rows } from '@/lab/page/model/rows.js'
import {
  charText,
  countText,
  groupOf,
  markLabel,
  marksText,
  msText,
  placeText,
  spanText,
  wordsOf,
} from '@/lab/page/model/rowWords.js'
import { element } from '@/lab/page/view/elements.js'

/** Everything that is known of one row. */
export class Details {
  readonly #panel: HTMLElement
  readonly #body: HTMLElement
  #shown = -1

  constructor(panel: HTMLElement, body: HTMLElement) {
    this.#panel = panel
    this.#body = body
  }

  /** @param row -1 for none */
  show(rows: Rows, row: number): void {
    if (row === this.#shown) return
    this.#shown = row
    this.#panel.dataset['open'] = String(row >= 0)
    this.#body.replaceChildren(...(row < 0 ? [] : detailsOf(rows, row)))
    this.#body.scrollTop = 0
  }
}

export const detailsOf = (rows: Rows, row: number): HTMLElement[] => {
  const stretches = rows.stretches(row)
  const heading = element('h3', '', rows.isSaid(row) ? placeText(rows, row) : markLabel(rows.main[row] ?? 0))
  const parts = [heading, element('p', 'meaning', wordsOf(rows, row)), factsOf(rows, row)]
  if (stretches.length > 0) parts.push(stretchList(stretches))
  const shown = rows.shown(row)
  if (shown.length === 0) return parts
  const size = rows.size[row] ?? 0
  const kept = shown.length < size ? `The first ${countText(shown.length)} of ${countText(size)} bytes` : 'Bytes'
  return [...parts, element('h4', '', kept), dumpOf(stretches, shown)]
}

export const factsOf = (rows: Rows, row: number): HTMLElement => {
  const number = rows.conversation[row] ?? 0
  const [, opener, acceptor, dialect] = rows.header.conversations.find(([one]) => one === number) ?? []
  const [sent = Number.NaN, received = Number.NaN] = [rows.sent[row], rows.received[row]]
  const facts: [name: string, value: string][] = [
    ['Row', `${countText(row + 1)} of ${countText(rows.count)}`],
    ['Conversation', dialect === undefined ? `#${number}` : `#${number}, ${dialect}`],
    ['Ends', opener === undefined ? '' : `${opener || '?'} to ${acceptor || '?'}`],
    ['What', marksText(rows.mask[row] ?? 0)],
    ['Where', placeText(rows, row)],
    ['At', `${msText(rows.at[row] ?? 0)} ms`],
  ]
  if (rows.isSaid(row)) {
    facts.push(['Left', Number.isNaN(sent) ? 'not seen' : `${msText(sent)} ms`])
    facts.push(['Came', Number.isNaN(received) ? 'not seen' : `${msText(received)} ms`])
    if (!Number.isNaN(sent + received)) facts.push(['On the way', spanText(received - sent)])
    facts.push(['Size', `${countText(rows.size[row] ?? 0)} B`])
  }
  const list = element('dl', 'row-facts')
  for (const [name, value] of facts) if (value !== '') list.append(element('dt', '', name), element('dd', '', value))
  return list
}

/** What each stretch is and means. */
export const stretchList = (stretches: readonly PageStretch[]): HTMLElement => {
  const list = element('ul', 'stretches')
  for (const { mark, bytes, meaning } of stretches) {
    const kind = MARKS[mark] ?? 'bytes'
    const item = element('li', '', element('b', '', kind), ` ${countText(bytes)} B`)
    item.dataset['kind'] = groupOf(mark)
    if (meaning !== '') item.append(element('span', 'soft', ` ${meaning}`))
    list.append(item)
  }
  return list
}

/** Bytes as hex digits and characters, eight a line, in the colours of their stretches. */
export const dumpOf = (stretches: readonly PageStretch[], shown: Uint8Array): HTMLElement => {
  const dump = element('pre', 'dump')
  dump.tabIndex = 0
  const ends: { readonly end: number; readonly mark: number }[] = []
  let end = 0
  for (const stretch of stretches) ends.push({ end: (end += stretch.shown.length), mark: stretch.mark })
  const markAt = (place: number): number => ends.find((one) => place < one.end)?.mark ?? MARKS.indexOf('bytes')
  for (let from = 0; from < shown.length; from += DUMP_BYTES) {
    const line = shown.subarray(from, from + DUMP_BYTES)
    dump.append(element('span', 'soft', from.toString(16).padStart(4, '0')), ' ')
    const chars: HTMLElement[] = []
    for (const [index, byte] of line.entries()) {
      const kind = groupOf(markAt(from + index))
      const digits = element('span', 'byte', ` ${byte.toString(16).padStart(2, '0')}`)
      const char = element('span', 'byte', charText(line.subarray(index, index + 1)))
      digits.dataset['kind'] = kind
      char.dataset['kind'] = kind
      dump.append(digits)
      chars.push(char)
    }
    dump.append('   '.repeat(DUMP_BYTES - line.length), '  ', ...chars, '\n')
  }
  return dump
}

export const DUMP_BYTES = 8
