/// <reference lib="dom" />
import { hexText, markLabel, msText, wordsOf } from '@/lab/page/model/rowWords.js'
import { MARKS } from '@/lab/page/model/marks.js'
import { CHAR_PX, type Scene } from '@/lab/page/view/scene.js'

/** Where the two ends stand, and which pixels of the height have words already: in the middle, and at the sides. */
export interface Lanes {
  readonly opener: number
  readonly acceptor: number
  readonly width: number
  readonly taken: Uint8Array
  readonly takenLeft: Uint8Array
  readonly takenRight: Uint8Array
}

/** A row, from one point to another. */
export interface Line {
  readonly row: number
  readonly x1: number
  readonly y1: number
  readonly x2: number
  readonly y2: number
}

export const freeLanes = (height: number): Pick<Lanes, 'taken' | 'takenLeft' | 'takenRight'> => {
  const free = (): Uint8Array => new Uint8Array(height + LINE_HEIGHT)
  return { taken: free(), takenLeft: free(), takenRight: free() }
}

/** The arrow or the mark of a row. */
export const drawLine = (context: CanvasRenderingContext2D, scene: Scene, line: Line): void => {
  const { track, colours, selected, hovered, found } = scene
  const { rows } = track
  const { row } = line
  const main = rows.main[row] ?? 0
  const colour = colours.marks[rows.failed[row] ? MARKS.indexOf('fault') : main] ?? ''
  context.strokeStyle = colour
  context.fillStyle = colour
  context.lineWidth = row === selected || row === hovered ? 3 : 1.5
  if (rows.isSaid(row)) drawArrow(context, scene, line)
  else drawMark(context, line, MARKS[main] ?? 'bytes')
  if (found[row] === 1) drawRing(context, line, colours.link)
}

/** What stands on the arrow or beside the mark, and the times at the sides, where there is room for them. */
export const drawLabel = (context: CanvasRenderingContext2D, scene: Scene, lanes: Lanes, line: Line): void => {
  const { track, selected, hovered } = scene
  const looked = line.row === selected || line.row === hovered
  if (track.scale === 'order' || looked) drawTimes(context, scene, lanes, line)
  if (!track.rows.isSaid(line.row)) {
    if (take(lanes.taken, line.y1)) drawWords(context, scene, lanes, line)
    return
  }
  const part = [0.5, 0.35, 0.65, 0.2, 0.8].find((one) => take(lanes.taken, line.y1 + one * (line.y2 - line.y1)))
  if (part !== undefined) drawBytes(context, scene, lanes, line, part)
}

export const drawArrow = (context: CanvasRenderingContext2D, scene: Scene, { row, x1, y1, x2, y2 }: Line): void => {
  const { rows } = scene.track
  const whole = !Number.isNaN(rows.sent[row] ?? 0) && !Number.isNaN(rows.received[row] ?? 0)
  context.setLineDash(whole ? [] : [5, 4])
  context.beginPath()
  context.moveTo(x1, y1)
  context.lineTo(x2, y2)
  context.stroke()
  context.setLineDash([])
  const angle = Math.atan2(y2 - y1, x2 - x1)
  context.beginPath()
  context.moveTo(x2, y2)
  context.lineTo(x2 - 9 * Math.cos(angle - 0.4), y2 - 9 * Math.sin(angle - 0.4))
  context.lineTo(x2 - 9 * Math.cos(angle + 0.4), y2 - 9 * Math.sin(angle + 0.4))
  context.closePath()
  context.fill()
}

/** A square for a close, a circle for an open, a triangle for a fault, a diamond for a note. */
export const drawMark = (context: CanvasRenderingContext2D, { x1, y1 }: Line, mark: (typeof MARKS)[number]): void => {
  context.beginPath()
  if (mark === 'open') context.arc(x1, y1, 5, 0, 7)
  else if (mark === 'close') context.rect(x1 - 4.5, y1 - 4.5, 9, 9)
  else {
    context.moveTo(x1, y1 - 6)
    context.lineTo(x1 + 6, y1 + (mark === 'fault' ? 5 : 0))
    if (mark !== 'fault') context.lineTo(x1, y1 + 6)
    context.lineTo(x1 - 6, y1 + (mark === 'fault' ? 5 : 0))
    context.closePath()
  }
  context.fill()
}

export const drawRing = (context: CanvasRenderingContext2D, { x1, y1 }: Line, colour: string): void => {
  context.strokeStyle = colour
  context.lineWidth = 2
  context.beginPath()
  context.arc(x1, y1, 9, 0, 7)
  context.stroke()
}

/** The bytes of an arrow as hex digits, each stretch in its colour, at some part of its way. */
export const drawBytes = (
  context: CanvasRenderingContext2D,
  { track, colours }: Scene,
  lanes: Lanes,
  { row, x1, y1, x2, y2 }: Line,
  part: number,
): void => {
  const { rows } = track
  const shown = rows.shown(row)
  const room = Math.max(1, Math.floor((lanes.acceptor - lanes.opener - 70) / (3 * CHAR_PX)))
  const count = Math.min(shown.length, room)
  const pieces: { text: string; colour: string }[] = []
  let left = count
  for (const stretch of rows.stretches(row)) {
    if (left <= 0) break
    const bytes = stretch.shown.subarray(0, left)
    left -= bytes.length
    if (bytes.length > 0) pieces.push({ text: hexText(bytes, count), colour: colours.marks[stretch.mark] ?? '' })
  }
  if (pieces.length === 0) pieces.push({ text: labelOf(rows.main[row] ?? 0, shown, count), colour: colours.ink })
  if ((rows.size[row] ?? 0) > count && shown.length > 0) pieces.push({ text: '..', colour: colours.soft })
  const width = pieces.reduce((sum, { text }) => sum + (text.length + 1) * CHAR_PX, CHAR_PX)
  const y = y1 + part * (y2 - y1)
  const [least, most] = [lanes.opener + 14, lanes.acceptor - 14 - width]
  let x = Math.max(least, Math.min(most, x1 + part * (x2 - x1) - width / 2))
  context.fillStyle = colours.page
  context.fillRect(x, y - 8, width, 16)
  context.textAlign = 'left'
  x += CHAR_PX
  for (const { text, colour } of pieces) {
    context.fillStyle = colour
    context.fillText(text, x, y + 0.5)
    context.fillRect(x, y + 8, text.length * CHAR_PX, 2)
    x += (text.length + 1) * CHAR_PX
  }
}

export const labelOf = (main: number, shown: Uint8Array, most: number): string =>
  shown.length > 0 ? hexText(shown, most) : markLabel(main)

/** What a mark says, inside the lanes. */
export const drawWords = (
  context: CanvasRenderingContext2D,
  { track, colours }: Scene,
  lanes: Lanes,
  { row, x1, y1 }: Line,
): void => {
  const { rows } = track
  const right = rows.place[row] === 1
  const room = Math.floor(((right ? x1 - lanes.opener : lanes.acceptor - x1) - 24) / CHAR_PX)
  const words = rows.place[row] === 2 && rows.failed[row] === 0 ? markLabel(rows.main[row] ?? 0) : wordsOf(rows, row)
  const text = words.length > room ? `${words.slice(0, Math.max(1, room - 3))} ..` : words
  const start = right ? x1 - 12 - text.length * CHAR_PX : x1 + 12
  context.fillStyle = colours.page
  context.fillRect(start - 2, y1 - 8, text.length * CHAR_PX + 4, 16)
  context.fillStyle = colours.ink
  context.textAlign = 'left'
  context.fillText(text, start, y1 + 0.5)
}

/** When it left and when it came, each at its side. */
export const drawTimes = (
  context: CanvasRenderingContext2D,
  { track, colours, numbered }: Scene,
  lanes: Lanes,
  { row, y1, y2 }: Line,
): void => {
  const { rows } = track
  const [place, at] = [rows.place[row] ?? 0, rows.at[row] ?? 0]
  const [first, second] = rows.isSaid(row) ? [rows.sent[row], rows.received[row]] : [at, Number.NaN]
  const [left, right] = place === 1 ? [second, first] : [first, second]
  const [leftY, rightY] = place === 1 ? [y2, y1] : [y1, y2]
  context.fillStyle = colours.soft
  const number = numbered ? `#${rows.conversation[row] ?? 0}` : ''
  const leftText = msText(left ?? Number.NaN)
  // In narrow pictures the number gives way to the time.
  const room = Math.floor((lanes.opener - 8) / CHAR_PX)
  const both = `${number} ${leftText}`.trim()
  const leftWords = both.length <= room ? both : leftText === '' ? number : leftText
  context.textAlign = 'right'
  if (leftWords !== '' && take(lanes.takenLeft, leftY)) context.fillText(leftWords, lanes.opener - 8, leftY)
  const rightWords = msText(right ?? Number.NaN)
  context.textAlign = 'left'
  if (rightWords !== '' && take(lanes.takenRight, rightY)) context.fillText(rightWords, lanes.acceptor + 8, rightY)
}

/** Takes the height of a line of words around here, if it is free. */
export const take = (taken: Uint8Array, y: number): boolean => {
  const top = Math.round(y - LINE_HEIGHT / 2)
  if (top < -LINE_HEIGHT || top > taken.length) return false
  const stretch = taken.subarray(Math.max(0, top), Math.max(0, top + LINE_HEIGHT))
  if (stretch.includes(1)) return false
  stretch.fill(1)
  return true
}

export const LINE_HEIGHT = 15
