/// <reference lib="dom" />
import { type Filter, rangesIn } from '@/lab/page/model/filter.js'
import { GROUPS, maskOf } from '@/lab/page/model/marks.js'
import { countText } from '@/lab/page/model/rowWords.js'
import type { Rows } from '@/lab/page/model/rows.js'
import { elementOf } from '@/lab/page/view/elements.js'

/** What the controls ask for. */
export interface Wishes {
  filterChanged(): void
  searchChanged(query: string): void
  /** @param forward to the next match, or to the one before */
  nextMatch(forward: boolean): void
  /** By the name that the control has for it, as in `KEYS`. */
  act(action: string): void
}

/** The switches of what is shown, the search, and the buttons. */
export class Controls {
  readonly search = elementOf('search', HTMLInputElement)
  readonly #conversation = elementOf('conversation', HTMLInputElement)
  readonly #status = elementOf('status', HTMLElement)
  readonly #switches: readonly HTMLInputElement[]

  constructor(rows: Rows, wishes: Wishes) {
    this.#switches = [...document.querySelectorAll<HTMLInputElement>('input[name=kind]')]
    this.#count(rows)
    for (const one of this.#switches) one.addEventListener('change', () => wishes.filterChanged())
    this.#conversation.addEventListener('input', () => wishes.filterChanged())
    this.search.addEventListener('input', () => wishes.searchChanged(this.search.value))
    this.search.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') wishes.nextMatch(!event.shiftKey)
    })
    for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-act]')) {
      button.addEventListener('click', () => wishes.act(button.dataset['act'] ?? ''))
    }
    elementOf('conversation-field', HTMLElement).hidden = rows.header.conversations.length < 2
  }

  get filter(): Filter {
    const on = new Set(this.#switches.filter(({ checked }) => checked).map(({ value }) => value))
    const marks = GROUPS.filter(({ name }) => on.has(name)).flatMap((group) => [...group.marks])
    return { mask: maskOf(marks), conversations: rangesIn(this.#conversation.value) }
  }

  /** Shows one conversation only, or all if that is the one that is shown. */
  toggleConversation(number: number): void {
    this.#conversation.value = this.#conversation.value === String(number) ? '' : String(number)
  }

  showScale(scale: string): void {
    for (const name of ['order', 'time'])
      document.querySelector(`button[data-act=${name}]`)?.setAttribute('aria-pressed', String(name === scale))
  }

  say(words: string): void {
    if (this.#status.textContent !== words) this.#status.textContent = words
  }

  /** How many rows each switch is about; those without any are not there. */
  #count(rows: Rows): void {
    const masks = GROUPS.map(({ marks }) => maskOf([...marks]))
    const counts = masks.map(() => 0)
    for (const mask of rows.mask)
      for (const [group, groupMask] of masks.entries()) if (mask & groupMask) counts[group] = (counts[group] ?? 0) + 1
    for (const [group, { name }] of GROUPS.entries()) {
      const input = this.#switches.find(({ value }) => value === name)
      const label = input?.closest('label')
      if (label === null || label === undefined) continue
      label.hidden = counts[group] === 0
      const place = label.querySelector('small')
      if (place !== null) place.textContent = countText(counts[group] ?? 0)
    }
  }
}
