/// <reference lib="dom" />
import { MARKS } from '@/lab/page/model/marks.js'
import { groupOf } from '@/lab/page/model/rowWords.js'

/** The colours of the page as it is now, light or dark, for what is drawn. */
export class Colours {
  ink = ''
  soft = ''
  rule = ''
  page = ''
  raised = ''
  link = ''
  /** Of each mark, by its number. */
  marks: string[] = []
  readonly #probe: HTMLElement

  /** @param probe an element that is not seen */
  constructor(probe: HTMLElement) {
    this.#probe = probe
  }

  read(): void {
    this.ink = this.#colour('--ink')
    this.soft = this.#colour('--soft')
    this.rule = this.#colour('--rule')
    this.page = this.#colour('--page')
    this.raised = this.#colour('--raised')
    this.link = this.#colour('--link')
    this.marks = MARKS.map((mark, number) =>
      this.#colour(mark === 'reset' ? '--kind-faults' : `--kind-${groupOf(number)}`),
    )
  }

  #colour(name: string): string {
    this.#probe.style.color = `var(${name})`
    return getComputedStyle(this.#probe).color
  }
}

/** Calls `changed` whenever the page turns light or dark. */
export const watchScheme = (changed: () => void): void => {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', changed)
  new MutationObserver(changed).observe(document.documentElement, { attributeFilter: ['data-scheme'] })
}
