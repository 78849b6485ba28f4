/// <reference lib="dom" />
import { pickedRows } from '@/lab/page/model/filter.js'
import { foundRows } from '@/lab/page/model/finder.js'
import { maskOf } from '@/lab/page/model/marks.js'
import { countText, spanText } from '@/lab/page/model/rowWords.js'
import type { Rows } from '@/lab/page/model/rows.js'
import { type Scale, Track } from '@/lab/page/model/track.js'
import { Viewport } from '@/lab/page/model/viewport.js'
import { Colours, watchScheme } from '@/lab/page/view/colours.js'
import { Controls } from '@/lab/page/view/controls.js'
import { Details } from '@/lab/page/view/details.js'
import { elementOf } from '@/lab/page/view/elements.js'
import { Hint } from '@/lab/page/view/hint.js'
import { actionOf } from '@/lab/page/view/keys.js'
import { LadderPicture } from '@/lab/page/view/ladderPicture.js'
import { Pointing } from '@/lab/page/view/pointing.js'
import { ROW_PX, RowList } from '@/lab/page/view/rowList.js'
import { Strip } from '@/lab/page/view/strip.js'

/** Holds what is shown, chosen and looked for, and has it drawn when it changes. */
export class Desk {
  readonly #rows: Rows
  readonly #viewport = new Viewport()
  readonly #canvas = elementOf('ladder', HTMLCanvasElement)
  readonly #colours = new Colours(elementOf('probe', HTMLElement))
  readonly #picture = new LadderPicture(this.#canvas)
  readonly #strip: Strip
  readonly #list: RowList
  readonly #pointing: Pointing
  readonly #grid = elementOf('list', HTMLElement)
  readonly #details = new Details(elementOf('details', HTMLElement), elementOf('details-body', HTMLElement))
  readonly #hint = new Hint(elementOf('hint', HTMLElement))
  readonly #help = elementOf('keys', HTMLDialogElement)
  readonly #controls: Controls
  #track: Track
  #found: Uint8Array
  #matches = 0
  #selected = -1
  #hovered = -1
  #drawing = false

  constructor(rows: Rows) {
    this.#rows = rows
    this.#found = new Uint8Array(rows.count)
    this.#controls = new Controls(rows, {
      filterChanged: () => this.#lay(this.#track.scale),
      searchChanged: (query) => this.#search(query),
      nextMatch: (forward) => this.#nextMatch(forward),
      act: (action) => this.act(action),
    })
    this.#track = new Track(rows, pickedRows(rows, this.#controls.filter), 'order')
    const changed = (): void => this.changed()
    this.#strip = new Strip(elementOf('strip', HTMLCanvasElement), this.#viewport, changed)
    this.#list = new RowList(this.#grid, elementOf('list-body', HTMLElement), (row) => this.#choose(row))
    this.#pointing = new Pointing(this.#viewport, {
      changed,
      hovered: (event) => this.#hover(event),
      chosen: ({ offsetX, offsetY }) => this.#choose(this.#picture.rowAt(offsetX, offsetY) ?? -1),
    })
  }

  /** Shows the first rows, and listens from now on. */
  open(): void {
    this.#watch()
    this.#pointing.listen(this.#canvas)
    this.#colours.read()
    this.#viewport.resize(this.#canvas.clientHeight)
    this.#viewport.perPx = 1 / ROW_PX
    this.#setTrack()
    this.#details.show(this.#rows, -1)
    this.draw()
  }

  /** Has everything drawn before the next picture of the screen. */
  changed(): void {
    if (this.#drawing) return
    this.#drawing = true
    requestAnimationFrame(() => this.draw())
  }

  draw(): void {
    this.#drawing = false
    const scene = {
      track: this.#track,
      viewport: this.#viewport,
      colours: this.#colours,
      selected: this.#selected,
      hovered: this.#hovered,
      found: this.#found,
      numbered: this.#rows.header.conversations.length > 1,
    }
    this.#picture.draw(scene)
    this.#strip.draw(scene)
    this.#list.draw(scene)
    this.#details.show(this.#rows, this.#selected)
    this.#controls.say(this.#statusText())
  }

  /** Does what a key or a button stands for. */
  act(action: string): void {
    const { height } = this.#viewport
    const acts: Readonly<Record<string, () => void>> = {
      next: () => this.#step(1),
      previous: () => this.#step(-1),
      on: () => this.#viewport.pan(height / 2),
      back: () => this.#viewport.pan(-height / 2),
      'page-on': () => this.#viewport.pan(height * 0.9),
      'page-back': () => this.#viewport.pan(-height * 0.9),
      first: () => this.#chooseIndex(0),
      last: () => this.#chooseIndex(this.#track.picked.length - 1),
      in: () => this.#viewport.zoom(1.6, this.#selectedY()),
      out: () => this.#viewport.zoom(1 / 1.6, this.#selectedY()),
      all: () => this.#viewport.showAll(),
      order: () => this.#lay('order'),
      time: () => this.#lay('time'),
      scale: () => this.#lay(this.#track.scale === 'order' ? 'time' : 'order'),
      conversation: () => this.#onlyConversation(),
      trouble: () => this.#jump((row) => ((this.#rows.mask[row] ?? 0) & TROUBLE) !== 0, true),
      search: () => this.#controls.search.select(),
      match: () => this.#nextMatch(true),
      'match-before': () => this.#nextMatch(false),
      leave: () => this.#leave(),
      help: () => this.#help.showModal(),
    }
    acts[action]?.()
    this.changed()
  }

  #watch(): void {
    document.addEventListener('keydown', (event) => this.#pressed(event))
    this.#grid.addEventListener('wheel', (event) => {
      event.preventDefault()
      const rows = Math.sign(event.deltaY) * Math.ceil(Math.abs(event.deltaY) / ROW_PX)
      if (this.#track.scale === 'order') this.#viewport.pan(rows / this.#viewport.perPx)
      else this.#viewport.begin(this.#track.anchor(Math.max(0, this.#list.first + rows)))
      this.changed()
    })
    new ResizeObserver(() => {
      this.#viewport.resize(this.#canvas.clientHeight)
      this.changed()
    }).observe(this.#canvas)
    watchScheme(() => {
      this.#colours.read()
      this.changed()
    })
  }

  #pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || this.#help.open) return
    const { target } = event
    const typing = target instanceof HTMLInputElement && target.type !== 'checkbox'
    const pressing = target instanceof HTMLButtonElement || target instanceof HTMLInputElement
    if (event.key === 'Escape' && typing) target.blur()
    if (typing || (pressing && (event.key === ' ' || event.key === 'Enter'))) return
    const action = actionOf(event.key)
    if (action === undefined) return
    event.preventDefault()
    this.act(action)
  }

  /** Lays the rows out anew, and keeps what was in sight there. */
  #lay(scale: Scale): void {
    const before = this.#track
    const kept = this.#selected >= 0 ? this.#selected : before.picked[before.indexAt(this.#viewport.top)]
    this.#track = new Track(this.#rows, pickedRows(this.#rows, this.#controls.filter), scale)
    this.#setTrack()
    if (scale !== before.scale) {
      if (scale === 'time') this.#viewport.showAll()
      else this.#viewport.begin(0, 1 / ROW_PX)
    }
    if (kept !== undefined) this.#viewport.reveal(this.#track.anchor(this.#track.indexOf(kept)))
    this.changed()
  }

  #setTrack(): void {
    const { first, last, scale } = this.#track
    const [least, usual] = scale === 'order' ? [1 / (2 * ROW_PX), 1 / ROW_PX] : [LEAST_MICROS, 0]
    this.#viewport.setTrack(first, last, least, usual)
    this.#controls.showScale(scale)
  }

  #statusText(): string {
    const { picked, scale } = this.#track
    const all = this.#rows.count
    const shown =
      picked.length === all ? `${countText(all)} rows` : `${countText(picked.length)} of ${countText(all)} rows`
    const sight = scale === 'time' ? `, ${spanText(this.#viewport.height * this.#viewport.perPx)} in sight` : ''
    const matches = this.#controls.search.value.trim() === '' ? '' : `, ${countText(this.#matches)} matches`
    return `${shown}${matches}${sight}${this.#picture.dense ? '; come nearer to see each' : ''}`
  }

  #hover(event: PointerEvent | undefined): void {
    const row = event === undefined ? undefined : this.#picture.rowAt(event.offsetX, event.offsetY)
    if (event !== undefined && row !== undefined) this.#hint.show(this.#rows, row, event.clientX, event.clientY)
    else this.#hint.hide()
    if (this.#hovered === (row ?? -1)) return
    this.#hovered = row ?? -1
    this.changed()
  }

  #choose(row: number): void {
    this.#selected = row
    this.changed()
  }

  #chooseIndex(index: number): void {
    const row = this.#track.picked[index]
    if (row === undefined) return
    this.#selected = row
    this.#viewport.reveal(this.#track.anchor(index))
    this.changed()
  }

  /** Chooses the next row, or one that is in sight when none is chosen. */
  #step(by: number): void {
    const last = this.#track.picked.length - 1
    const index = this.#selected < 0 ? this.#list.first : this.#track.indexOf(this.#selected) + by
    this.#chooseIndex(Math.max(0, Math.min(last, index)))
  }

  #selectedY(): number | undefined {
    if (this.#selected < 0) return undefined
    const y = this.#viewport.yOf(this.#track.anchor(this.#track.indexOf(this.#selected)))
    return y >= 0 && y <= this.#viewport.height ? y : undefined
  }

  #onlyConversation(): void {
    if (this.#selected < 0) return
    this.#controls.toggleConversation(this.#rows.conversation[this.#selected] ?? 0)
    this.#lay(this.#track.scale)
  }

  #search(query: string): void {
    this.#found = foundRows(this.#rows, query)
    this.#matches = this.#found.reduce((sum, one) => sum + one, 0)
    this.changed()
  }

  #nextMatch(forward: boolean): void {
    this.#jump((row) => this.#found[row] === 1, forward)
  }

  /** Chooses the next row of which something is true; behind the last one it goes on with the first. */
  #jump(isIt: (row: number) => boolean, forward: boolean): void {
    const { picked } = this.#track
    const start = this.#selected < 0 ? (forward ? -1 : 0) : this.#track.indexOf(this.#selected)
    for (let step = 1; step <= picked.length; step++) {
      const index = (start + (forward ? step : -step) + 2 * picked.length) % picked.length
      if (isIt(picked[index] ?? 0)) {
        this.#chooseIndex(index)
        return
      }
    }
  }

  #leave(): void {
    if (this.#controls.search.value !== '') {
      this.#controls.search.value = ''
      this.#search('')
    } else this.#choose(-1)
  }
}

/** At scale, a pixel shows at least so many microseconds. */
export const LEAST_MICROS = 0.02

/** What one looks for who looks for trouble. */
export const TROUBLE = maskOf([
  'partial',
  'withheld',
  'timeout',
  'limit',
  'collision',
  'error',
  'fault',
  'reset',
  'close',
])
