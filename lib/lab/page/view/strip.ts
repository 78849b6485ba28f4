/// <reference lib="dom" />
import { binned } from '@/lab/page/model/bins.js'
import type { Track } from '@/lab/page/model/track.js'
import type { Viewport } from '@/lab/page/model/viewport.js'
import { BAR_PX, paintBins } from '@/lab/page/view/bars.js'
import type { Colours } from '@/lab/page/view/colours.js'
import { drawingOn } from '@/lab/page/view/elements.js'
import type { Scene } from '@/lab/page/view/scene.js'

/** How the brush of the strip is held. */
type Grip =
  | { readonly by: 'middle'; readonly offset: number }
  | { readonly by: 'top' | 'bottom'; readonly other: number }
  | { readonly by: 'nothing'; readonly startY: number }

/** The whole run beside the picture, with a brush over the part that is in sight. */
export class Strip {
  readonly #canvas: HTMLCanvasElement
  readonly #whole = document.createElement('canvas')
  readonly #viewport: Viewport
  readonly #changed: () => void
  /** What the picture of the whole was made from. */
  #made: { readonly track: Track; readonly colour: string; readonly width: number; readonly height: number } | undefined
  #track: Track | undefined
  #grip: Grip | undefined

  constructor(canvas: HTMLCanvasElement, viewport: Viewport, changed: () => void) {
    this.#canvas = canvas
    this.#viewport = viewport
    this.#changed = changed
    canvas.addEventListener('pointerdown', (event) => this.#take(event))
    canvas.addEventListener('pointermove', (event) => this.#move(event))
    canvas.addEventListener('pointerup', (event) => this.#release(event))
    canvas.addEventListener('pointercancel', () => (this.#grip = undefined))
  }

  draw({ track, viewport, colours }: Scene): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas
    this.#track = track
    this.#makeWhole(track, colours, width, height)
    const context = drawingOn(this.#canvas, width, height)
    context.drawImage(this.#whole, 0, 0, width, height)
    const [top, bottom] = this.#brush()
    context.fillStyle = colours.page
    context.globalAlpha = 0.55
    context.fillRect(0, 0, width, top)
    context.fillRect(0, bottom, width, height - bottom)
    context.globalAlpha = 1
    context.strokeStyle = colours.link
    context.lineWidth = 2
    context.strokeRect(1, top, width - 2, bottom - top)
    this.#canvas.setAttribute('aria-valuenow', String(Math.round((this.#part(viewport.middle) || 0) * 100)))
  }

  /** Makes the picture of all rows, unless it is the same as before. */
  #makeWhole(track: Track, colours: Colours, width: number, height: number): void {
    const made = this.#made
    const same = made?.track === track && made.colour === colours.ink
    if (same && made.width === width && made.height === height) return
    this.#made = { track, colour: colours.ink, width, height }
    const context = drawingOn(this.#whole, width, height)
    const bins = binned(track, track.first, track.last, Math.max(1, Math.floor(height / BAR_PX)))
    paintBins(context, bins, colours, 2, width - 2, height)
  }

  /** Where the brush begins and ends, in pixels. It is never too small to be taken. */
  #brush(): [top: number, bottom: number] {
    const height = this.#canvas.clientHeight
    const top = this.#part(this.#viewport.top) * height
    const bottom = this.#part(this.#viewport.bottom) * height
    const least = Math.max(0, LEAST_BRUSH_PX - (bottom - top)) / 2
    const [from, to] = [Math.max(1, top - least), Math.min(height - 1, bottom + least)]
    return [Math.min(from, height - 1 - LEAST_BRUSH_PX), Math.max(to, LEAST_BRUSH_PX + 1)]
  }

  /** How far a place is along the whole: 0 to 1. */
  #part(place: number): number {
    const { first = 0, last = 1 } = this.#track ?? {}
    return (place - first) / (last - first)
  }

  #placeAt(y: number): number {
    const { first = 0, last = 1 } = this.#track ?? {}
    return first + (Math.min(Math.max(y, 0), this.#canvas.clientHeight) / this.#canvas.clientHeight) * (last - first)
  }

  #take(event: PointerEvent): void {
    this.#canvas.setPointerCapture(event.pointerId)
    const y = event.offsetY
    const [top, bottom] = this.#brush()
    const viewport = this.#viewport
    const tall = bottom - top > 3 * EDGE_PX
    if (tall && Math.abs(y - top) < EDGE_PX) this.#grip = { by: 'top', other: viewport.bottom }
    else if (tall && Math.abs(y - bottom) < EDGE_PX) this.#grip = { by: 'bottom', other: viewport.top }
    else if (y >= top && y <= bottom) this.#grip = { by: 'middle', offset: viewport.middle - this.#placeAt(y) }
    else this.#grip = { by: 'nothing', startY: y }
  }

  #move({ offsetY: y }: PointerEvent): void {
    const grip = this.#grip
    if (grip === undefined) return
    const place = this.#placeAt(y)
    if (grip.by === 'middle') this.#centre(place + grip.offset)
    else if (grip.by === 'nothing') {
      if (Math.abs(y - grip.startY) < EDGE_PX) return
      this.#show(this.#placeAt(grip.startY), place)
    } else this.#show(grip.other, place)
    this.#changed()
  }

  #release({ offsetY: y }: PointerEvent): void {
    const grip = this.#grip
    this.#grip = undefined
    if (grip?.by !== 'nothing' || Math.abs(y - grip.startY) >= EDGE_PX) return
    this.#centre(this.#placeAt(y))
    this.#changed()
  }

  #centre(place: number): void {
    this.#viewport.pan((place - this.#viewport.middle) / this.#viewport.perPx)
  }

  #show(one: number, other: number): void {
    this.#viewport.show(Math.min(one, other), Math.max(one, other))
  }
}

export const EDGE_PX = 6
export const LEAST_BRUSH_PX = 8
