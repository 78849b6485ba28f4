/// <reference lib="dom" />
import { hexText, msText, placeText, rowText, wordsOf } from '@/lab/page/model/rowWords.js'
import type { Rows } from '@/lab/page/model/rows.js'
import { element } from '@/lab/page/view/elements.js'

/** A few lines beside the pointer: what is under it. */
export class Hint {
  readonly #box: HTMLElement

  constructor(box: HTMLElement) {
    this.#box = box
  }

  hide(): void {
    this.#box.hidden = true
  }

  /** @param x in the window, like `y` */
  show(rows: Rows, row: number, x: number, y: number): void {
    const shown = rows.shown(row)
    const lines = [
      element('b', '', wordsOf(rows, row)),
      element(
        'span',
        'soft',
        `#${rows.conversation[row] ?? 0} ${placeText(rows, row)}, ${msText(rows.at[row] ?? 0)} ms`,
      ),
    ]
    if (shown.length > 0) {
      lines.push(element('code', '', hexText(shown, 24, rows.size[row])))
      const text = rowText(rows, row, 48)
      if (text !== '') lines.push(element('code', '', text))
    }
    this.#box.replaceChildren(...lines)
    this.#box.hidden = false
    const { offsetWidth, offsetHeight } = this.#box
    const left = Math.min(x + 16, innerWidth - offsetWidth - 8)
    const below = y + 18 + offsetHeight < innerHeight
    this.#box.style.left = `${Math.max(8, left)}px`
    this.#box.style.top = `${below ? y + 18 : Math.max(8, y - offsetHeight - 12)}px`
  }
}
