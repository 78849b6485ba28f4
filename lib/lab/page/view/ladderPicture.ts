/// <reference lib="dom" />
import { msText, spanText } from '@/lab/page/model/rowWords.js'
import { drawBars } from '@/lab/page/view/bars.js'
import { drawingOn } from '@/lab/page/view/elements.js'
import { drawLabel, drawLine, freeLanes, type Lanes, type Line } from '@/lab/page/view/rowPicture.js'
import { CHAR_PX, FONT, LEAST_ROW_PX, type Scene } from '@/lab/page/view/scene.js'

/** Draws what is in sight: two lanes, and what goes from one to the other, or how much there is of it. */
export class LadderPicture {
  readonly #canvas: HTMLCanvasElement
  #drawn: Line[] = []
  #dense = false

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas
  }

  /** There are too many rows in sight to draw each. */
  get dense(): boolean {
    return this.#dense
  }

  draw(scene: Scene): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas
    const context = drawingOn(this.#canvas, width, height)
    const gutter = Math.min(96, Math.max(72, width * 0.18))
    const lanes = { opener: gutter, acceptor: width - gutter, width, height, ...freeLanes(height) }
    const { track, viewport, colours } = scene
    context.font = FONT
    context.textBaseline = 'middle'
    this.#drawn = []
    this.#dense = track.countBetween(viewport.top, viewport.bottom) * LEAST_ROW_PX > height
    if (track.scale === 'time') drawTicks(context, scene, lanes)
    context.fillStyle = colours.soft
    context.fillRect(lanes.opener - 1, 0, 2, height)
    context.fillRect(lanes.acceptor - 1, 0, 2, height)
    if (this.#dense) drawBars(context, scene, lanes.opener, lanes.acceptor, height)
    else this.#drawRows(context, scene, lanes)
  }

  /** The row that is drawn nearest to this point. */
  rowAt(x: number, y: number): number | undefined {
    const near = this.#drawn
      .map((line) => ({ row: line.row, distance: distanceTo(line, x, y) }))
      .filter(({ distance }) => distance < 10)
    return near.toSorted((one, other) => one.distance - other.distance)[0]?.row
  }

  #drawRows(context: CanvasRenderingContext2D, scene: Scene, lanes: Lanes): void {
    const { track, viewport, selected, hovered } = scene
    track.visit(viewport.top, viewport.bottom, (index) => this.#drawn.push(this.#placed(scene, lanes, index)))
    for (const line of this.#drawn) drawLine(context, scene, line)
    // What somebody looks at is written first, so that it finds room.
    const looked = this.#drawn.filter(({ row }) => row === selected || row === hovered)
    for (const line of looked) drawLabel(context, scene, lanes, line)
    for (const line of this.#drawn) if (!looked.includes(line)) drawLabel(context, scene, lanes, line)
  }

  #placed({ track, viewport }: Scene, { opener, acceptor }: Lanes, index: number): Line {
    const row = track.picked[index] ?? 0
    const place = track.rows.place[row] ?? 0
    const from = [opener, acceptor, (opener + acceptor) / 2][place] ?? opener
    const to = track.rows.isSaid(row) ? opener + acceptor - from : from
    const [y1, y2] = [viewport.yOf(track.from[index] ?? 0), viewport.yOf(track.to[index] ?? 0)]
    return { row, x1: from, y1, x2: to, y2 }
  }
}

export const distanceTo = ({ x1, y1, x2, y2 }: Line, x: number, y: number): number => {
  const length = (x2 - x1) ** 2 + (y2 - y1) ** 2
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length))
  return Math.hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1))
}

/** Lines at round times, with the time in the left margin, or the span of one of them. */
export const drawTicks = (context: CanvasRenderingContext2D, scene: Scene, lanes: Lanes): void => {
  const { viewport, colours } = scene
  const least = viewport.perPx * 70
  const power = 10 ** Math.floor(Math.log10(least))
  const step = Math.max(0.001, [1, 2, 5, 10].map((times) => times * power).find((one) => one >= least) ?? least)
  context.textAlign = 'right'
  const decimals = Math.min(6, Math.max(0, Math.ceil(-Math.log10(step / 1_000))))
  for (let tick = Math.max(0, Math.ceil(viewport.top / step)) * step; tick < viewport.bottom; tick += step) {
    const y = viewport.yOf(tick)
    context.fillStyle = colours.rule
    context.fillRect(lanes.opener, y, lanes.acceptor - lanes.opener, 1)
    context.fillStyle = colours.soft
    context.fillText(msText(tick, decimals), lanes.opener - 8, y)
  }
  const words = `1 line = ${spanText(step)}`
  context.textAlign = 'left'
  if (words.length * CHAR_PX < lanes.width - lanes.acceptor - 8) context.fillText(words, lanes.acceptor + 8, 12)
}
