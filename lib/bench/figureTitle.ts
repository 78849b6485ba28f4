import type { Axis, Point } from '@/bench/point.js'
import { type Axis as ChartAxis, quantity } from '@/pages/index.js'

/** What each axis of a plot is, for those who draw it and for those who name a place on it. */
export const AXES: Readonly<Record<Axis, ChartAxis>> = {
  messageBytes: { title: 'message size', unit: 'B', scale: 'log' },
  delayMs: { title: 'delay of the link, each way', unit: 'ms' },
  connections: { title: 'connections', scale: 'log' },
  batchMessages: { title: 'messages given at once', scale: 'log' },
}

/** A place on an axis in words, such as `64 KiB` or `10 connections`. */
export const placeText = ({ axis, value }: Pick<Point, 'axis' | 'value'>): string => {
  const text = quantity(value, AXES[axis].unit)
  if (axis === 'connections') return `${text} ${value === 1 ? 'connection' : 'connections'}`
  return axis === 'batchMessages' ? `${text} at once` : text
}

/** What tells a figure from all others of its question, but for the unit. */
export const figureTitle = ({ name, point }: { readonly name: string; readonly point?: Point }): string =>
  point === undefined ? name : `${point.line}, ${placeText(point)}: ${name}`
