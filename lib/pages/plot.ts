import { html, type Markup } from '@/pages/markup.js'
import { type Axis, axisTitle, type Scale, scaleOf } from '@/pages/scale.js'

/** What a chart is drawn for: it is drawn once for wide and once for narrow places, so that its text stays legible. */
export type Width = 'wide' | 'narrow'

/** Both, as every chart is drawn. */
export const WIDTHS = ['wide', 'narrow'] as const

export const SIZES = { wide: { width: 720, height: 360 }, narrow: { width: 380, height: 300 } } as const

/** About the width of a character, in units of the drawing. */
export const CHAR = 7

const TOP = 30
const BOTTOM = 46

/** The part of a drawing that lies between two axes. */
export interface Plot {
  readonly width: Width
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  /** Of a value on the lower axis, from the left; NaN for what cannot be shown. */
  readonly across: (value: number) => number
  /** Of a value on the upright axis, from above. */
  readonly down: (value: number) => number
  /** Lines and numbers of both axes, to be drawn first. */
  readonly axes: Markup
}

/** Two axes with room for these values. */
export const plotOf = (
  width: Width,
  x: Axis,
  y: Axis,
  values: { readonly x: readonly number[]; readonly y: readonly number[] },
): Plot => {
  const size = SIZES[width]
  const upright = scaleOf({ fromZero: true, ...y }, values.y, 5)
  const left = 14 + CHAR * Math.max(2, ...upright.ticks.map((tick) => upright.label(tick).length))
  const [right, top, bottom] = [size.width - 22, TOP, size.height - BOTTOM]
  const lower = scaleOf(x, values.x, Math.floor((right - left) / 70))
  const across = (value: number): number => left + (right - left) * lower.place(value)
  const down = (value: number): number => bottom - (bottom - top) * upright.place(value)
  const bounds = { left, right, top, bottom }
  return { width, ...bounds, across, down, axes: axes({ ...bounds, across, down }, { x, y, lower, upright }) }
}

/** A drawing of the size that belongs to its width. */
export const drawing = (width: Width, content: Markup): Markup => {
  const size = SIZES[width]
  return html`<svg class="${width}" viewBox="0 0 ${size.width} ${size.height}" aria-hidden="true">${content}</svg>`
}

/** A number in a drawing, without digits that nobody could see. */
export const at = (value: number): string => String(Math.round(value * 10) / 10)

type Bounds = Omit<Plot, 'width' | 'axes'>
interface Scales {
  readonly x: Axis
  readonly y: Axis
  readonly lower: Scale
  readonly upright: Scale
}

const axes = ({ left, right, top, bottom, across, down }: Bounds, { x, y, lower, upright }: Scales): Markup => html`
<text class="axis" x="4" y="16">${axisTitle(y)}</text>
${upright.ticks.map((tick) => {
  const height = at(down(tick))
  return html`<line class="grid" x1="${at(left)}" x2="${at(right)}" y1="${height}" y2="${height}"/>
<text class="tick end" x="${at(left - 6)}" y="${at(down(tick) + 4)}">${upright.label(tick)}</text>`
})}
${roomy(lower, across).map(
  (
    tick,
  ) => html`<line class="grid" x1="${at(across(tick))}" x2="${at(across(tick))}" y1="${at(top)}" y2="${at(bottom)}"/>
<text class="tick middle" x="${at(across(tick))}" y="${at(bottom + 18)}">${lower.label(tick)}</text>`,
)}
<path class="rule" d="M${at(left)} ${at(top)}V${at(bottom)}H${at(right)}"/>
<text class="axis middle" x="${at((left + right) / 2)}" y="${at(bottom + 38)}">${axisTitle(x)}</text>`

/** The ticks whose labels do not touch the label before. */
const roomy = ({ ticks, label }: Scale, across: (value: number) => number): number[] => {
  let free = Number.NEGATIVE_INFINITY
  return ticks.filter((tick) => {
    const half = (label(tick).length * CHAR) / 2
    if (across(tick) - half < free) return false
    free = across(tick) + half + CHAR
    return true
  })
}
