/// <reference lib="dom" />
import type { Track } from '@/lab/page/model/track.js'
import type { Viewport } from '@/lab/page/model/viewport.js'
import type { Colours } from '@/lab/page/view/colours.js'

/** What is to be drawn. Rows are meant by their numbers; -1 is none. */
export interface Scene {
  readonly track: Track
  readonly viewport: Viewport
  readonly colours: Colours
  readonly selected: number
  readonly hovered: number
  /** 1 for the rows that have what is looked for. */
  readonly found: Uint8Array
  /** There is more than one conversation, so rows say which is theirs. */
  readonly numbered: boolean
}

/** Of all words that are drawn; the digits of its sizes are equally wide. */
export const FONT = '12px ui-monospace, monospace'
export const CHAR_PX = 7.25

/** Rows nearer than this are drawn as bars that say how many there are. */
export const LEAST_ROW_PX = 3
