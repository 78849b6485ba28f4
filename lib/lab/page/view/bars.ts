/// <reference lib="dom" />
import { binned, type Bins } from '@/lab/page/model/bins.js'
import { MARKS } from '@/lab/page/model/marks.js'
import type { Colours } from '@/lab/page/view/colours.js'
import type { Scene } from '@/lab/page/view/scene.js'

/** Draws how much is said in each part of what is in sight, and where there are marks. */
export const drawBars = (
  context: CanvasRenderingContext2D,
  { track, viewport, colours, selected }: Scene,
  left: number,
  right: number,
  height: number,
): void => {
  const bins = binned(track, viewport.top, viewport.bottom, Math.max(1, Math.floor(height / BAR_PX)))
  paintBins(context, bins, colours, left, right, height)
  if (selected < 0) return
  const y = viewport.yOf(track.anchor(track.indexOf(selected)))
  context.fillStyle = colours.ink
  context.fillRect(left - 8, y - 1, right - left + 16, 2)
}

/** Paints counted rows: the opener's from the left, the acceptor's from the right, marks in the middle. */
export const paintBins = (
  context: CanvasRenderingContext2D,
  bins: Bins,
  colours: Colours,
  left: number,
  right: number,
  height: number,
): void => {
  const room = (right - left) * 0.42
  const tall = height / bins.count
  const middle = (left + right) / 2
  for (let bin = 0; bin < bins.count; bin++) {
    const y = bin * tall
    paintSide(context, bins.opener, bin, bins, colours, left, room, y, tall)
    paintSide(context, bins.acceptor, bin, bins, colours, right, -room, y, tall)
    for (let mark = 0; mark < MARKS.length; mark++) {
      if ((bins.marks[mark * bins.count + bin] ?? 0) === 0) continue
      context.fillStyle = colours.marks[mark] ?? ''
      context.fillRect(middle - room * 0.14, y, room * 0.28, Math.max(2, tall))
    }
  }
}

/** One bar: its length grows with the root of the number, so that few are seen beside many. */
export const paintSide = (
  context: CanvasRenderingContext2D,
  side: Uint32Array,
  bin: number,
  { count, most }: Bins,
  colours: Colours,
  from: number,
  room: number,
  y: number,
  tall: number,
): void => {
  let all = 0
  for (let mark = 0; mark < MARKS.length; mark++) all += side[mark * count + bin] ?? 0
  if (all === 0) return
  const length = room * Math.sqrt(all / most)
  let x = from
  for (let mark = 0; mark < MARKS.length; mark++) {
    const part = ((side[mark * count + bin] ?? 0) / all) * length
    if (part === 0) continue
    context.fillStyle = colours.marks[mark] ?? ''
    context.fillRect(Math.min(x, x + part), y, Math.abs(part), Math.max(1, tall - 0.5))
    x += part
  }
}

export const BAR_PX = 3
