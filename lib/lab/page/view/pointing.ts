/// <reference lib="dom" />
import type { Viewport } from '@/lab/page/model/viewport.js'

/** What a pointer does to the picture, beside moving it. */
export interface Pointed {
  changed(): void
  /** In pixels of the picture; `x` and `y` of the event are those of the window. */
  hovered(event: PointerEvent | undefined): void
  chosen(event: PointerEvent): void
}

/** Lets the picture be moved by dragging and by the wheel, and come nearer by Ctrl and wheel, two fingers, or two clicks. */
export class Pointing {
  readonly #viewport: Viewport
  readonly #pointed: Pointed
  /** Fingers, or the button of the mouse, by their ids: where they are. */
  readonly #down = new Map<number, { y: number }>()
  #moved = 0

  constructor(viewport: Viewport, pointed: Pointed) {
    this.#viewport = viewport
    this.#pointed = pointed
  }

  listen(canvas: HTMLCanvasElement): void {
    canvas.addEventListener('wheel', (event) => this.#wheel(event), { passive: false })
    canvas.addEventListener('pointerdown', (event) => {
      canvas.setPointerCapture(event.pointerId)
      this.#down.set(event.pointerId, { y: event.offsetY })
      this.#moved = 0
    })
    canvas.addEventListener('pointermove', (event) => this.#move(event))
    canvas.addEventListener('pointerup', (event) => {
      if (this.#down.delete(event.pointerId) && this.#moved < SLIP_PX) this.#pointed.chosen(event)
    })
    canvas.addEventListener('pointercancel', ({ pointerId }) => this.#down.delete(pointerId))
    canvas.addEventListener('pointerleave', () => this.#pointed.hovered(undefined))
    canvas.addEventListener('dblclick', ({ offsetY }) => {
      this.#viewport.zoom(2.5, offsetY)
      this.#pointed.changed()
    })
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault()
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1)
    if (event.ctrlKey || event.metaKey) this.#viewport.zoom(Math.exp(-pixels / 300), event.offsetY)
    else this.#viewport.pan(pixels)
    this.#pointed.changed()
  }

  #move(event: PointerEvent): void {
    const before = this.#down.get(event.pointerId)
    if (before === undefined) {
      this.#pointed.hovered(event)
      return
    }
    const other = [...this.#down].find(([id]) => id !== event.pointerId)?.[1]
    const pixels = event.offsetY - before.y
    if (other === undefined) this.#viewport.pan(-pixels)
    else this.#viewport.zoom(apart(event.offsetY, other.y) / apart(before.y, other.y), other.y)
    before.y = event.offsetY
    this.#moved += Math.abs(pixels)
    this.#pointed.hovered(undefined)
    this.#pointed.changed()
  }
}

export const SLIP_PX = 4
export const LINE_PX = 26

/** How far two fingers are from each other, and never nothing. */
export const apart = (one: number, other: number): number => Math.max(20, Math.abs(one - other))
