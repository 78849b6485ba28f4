/// <reference lib="dom" />
import { MARKS } from '@/lab/page/model/marks.js'
import { groupOf, hexText, marksText, msText, placeText, rowText, wordsOf } from '@/lab/page/model/rowWords.js'
import type { Rows } from '@/lab/page/model/rows.js'
import { element } from '@/lab/page/view/elements.js'
import type { Scene } from '@/lab/page/view/scene.js'

/** The rows as a table: only those in sight are there, however many there are. */
export class RowList {
  readonly #grid: HTMLElement
  readonly #body: HTMLElement
  readonly #lines: HTMLElement[] = []
  #first = 0

  constructor(grid: HTMLElement, body: HTMLElement, chosen: (row: number) => void) {
    this.#grid = grid
    this.#body = body
    body.addEventListener('click', ({ target }) => {
      const line = target instanceof Element ? target.closest<HTMLElement>('[data-row]') : null
      if (line !== null) chosen(Number(line.dataset['row']))
    })
  }

  /** Rows that fit. */
  get size(): number {
    return Math.max(1, Math.floor(this.#body.clientHeight / ROW_PX))
  }

  /** The index of the first one that is shown. */
  get first(): number {
    return this.#first
  }

  draw({ track, viewport, selected, found, numbered }: Scene): void {
    const { picked, rows } = track
    const { size } = this
    const at = track.scale === 'order' ? viewport.top : track.indexAt(viewport.top)
    let first = Math.max(0, Math.min(Math.floor(at), picked.length - size))
    const index = selected < 0 ? -1 : track.indexOf(selected)
    const isSeen = index >= 0 && picked[index] === selected && isInSight(track.anchor(index), viewport)
    if (isSeen) first = Math.min(Math.max(first, index - size + 1), index)
    this.#first = first
    // In order, at its usual height, each row of the list stands beside its arrow.
    const beside =
      track.scale === 'order' && Math.abs(viewport.perPx * ROW_PX - 1) < 0.01 && first === Math.max(0, Math.floor(at))
    this.#body.style.setProperty('--shift', beside ? `${Math.round((first - at) * ROW_PX)}px` : '0px')
    const count = Math.min(picked.length - first, size + 1)
    this.#grid.setAttribute('aria-rowcount', String(picked.length + 1))
    this.#makeLines(count)
    for (let line = 0; line < count; line++) this.#fill(line, first + line, rows, picked, selected, found, numbered)
    const active = isSeen ? this.#lines[index - first]?.id : undefined
    if (active === undefined) this.#grid.removeAttribute('aria-activedescendant')
    else this.#grid.setAttribute('aria-activedescendant', active)
  }

  #makeLines(count: number): void {
    while (this.#lines.length < count) {
      const cells = ['number', 'time', 'apart', 'way', 'digits', 'words'].map((name) => {
        const cell = element('span', `cell ${name}`)
        cell.setAttribute('role', 'gridcell')
        return cell
      })
      const line = element('div', 'line', ...cells)
      line.id = `line${this.#lines.length}`
      line.setAttribute('role', 'row')
      this.#lines.push(line)
      this.#body.append(line)
    }
    for (const [index, line] of this.#lines.entries()) line.hidden = index >= count
  }

  #fill(
    line: number,
    index: number,
    rows: Rows,
    picked: Uint32Array,
    selected: number,
    found: Uint8Array,
    numbered: boolean,
  ): void {
    const holder = this.#lines[line]
    if (holder === undefined) return
    const row = picked[index] ?? 0
    holder.dataset['row'] = String(row)
    holder.dataset['place'] = String(rows.place[row] ?? 0)
    holder.dataset['kind'] = rows.failed[row] ? 'faults' : groupOf(rows.main[row] ?? 0)
    holder.setAttribute('aria-rowindex', String(index + 2))
    holder.setAttribute('aria-selected', String(row === selected))
    holder.classList.toggle('found', found[row] === 1)
    const before = index === 0 ? undefined : rows.at[picked[index - 1] ?? 0]
    const [at, said] = [rows.at[row] ?? 0, rows.isSaid(row)]
    const shown = rows.shown(row)
    const texts = [
      numbered ? `#${rows.conversation[row] ?? 0}` : '',
      msText(at),
      before === undefined ? '' : `+${msText(at - before)}`,
      said ? (rows.place[row] === 0 ? '→' : '←') : ['◁', '▷', '◇'][rows.place[row] ?? 0],
      said && shown.length > 0 ? hexText(shown, 8, rows.size[row]) : (MARKS[rows.main[row] ?? 0] ?? ''),
      `${wordsOf(rows, row)}  ${rowText(rows, row, 24)}`.trim(),
    ]
    for (const [cell, text] of texts.entries()) setText(holder.children[cell], text ?? '')
    holder.children[3]?.setAttribute('aria-label', placeText(rows, row))
    holder.title = marksText(rows.mask[row] ?? 0)
  }
}

export const ROW_PX = 26

export const isInSight = (place: number, { top, bottom }: { readonly top: number; readonly bottom: number }): boolean =>
  place >= top && place <= bottom

/** Writes only what changes: most of it stays the same while a list is scrolled by less than a row. */
export const setText = (cell: Element | undefined, text: string): void => {
  if (cell !== undefined && cell.textContent !== text) cell.textContent = text
}
