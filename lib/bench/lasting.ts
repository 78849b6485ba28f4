import type { Corner, Mode } from '@/bench/corner.js'
import type { Load } from '@/bench/messages.js'

/** As many messages as can be sent in a given time. */
export interface Lasting {
  /** Of each message. */
  readonly bytes: number
  readonly forMs: number
}

/** Bounds of one sample, whatever the time: numbers that tell messages apart, and bytes. */
const MOST_MESSAGES = 4_000_000
const MOST_BYTES = 8 * 2 ** 30
/** Bounds of one whose messages are timed: each takes eight bytes at both ends. */
const MOST_TIMED = 1_000_000
/** A trial run of this part of the time is long enough to reckon with. */
const PART = 1 / 4
const FASTER = 4
/** Code that has just begun to run gets faster for a while: a count is believed when the next one differs by no more. */
const NEAR = 1 / 4
/** Where others hold them up, no two passes may agree. */
const MOST_PASSES = 8

export const isLasting = (load: Load | Lasting): load is Lasting => 'forMs' in load

/** Finds how many messages take about so long, by sending more and more of them. The first pass compares every byte. */
export const lastingLoad = async (corner: Corner, mode: Mode, { bytes, forMs }: Lasting): Promise<Load> => {
  const most = Math.max(
    1,
    Math.min(mode.kind === 'saturating' ? MOST_MESSAGES : MOST_TIMED, Math.floor(MOST_BYTES / Math.max(1, bytes))),
  )
  const elapsed = async (count: number, thorough: boolean): Promise<number> =>
    (await corner.play(mode, { bytes, count }, thorough)).sample.elapsedMs
  if (mode.kind !== 'open')
    return { bytes, count: await countLasting(forMs, { first: bytes > 65_536 ? 1 : 16, least: 1, most }, elapsed) }
  const count = Math.min(most, Math.max(1, Math.round((mode.perSecond * forMs) / 1e3)))
  await elapsed(count, true)
  return { bytes, count }
}

/** Bounds of a count that is looked for, and where that begins. */
export interface CountBounds {
  readonly first: number
  readonly least: number
  readonly most: number
}

/** @param elapsed sends so many, and gives the milliseconds that took */
export const countLasting = async (
  forMs: number,
  { first, least, most }: CountBounds,
  elapsed: (count: number, thorough: boolean) => Promise<number>,
): Promise<number> => {
  const bounded = (count: number): number => Math.min(most, Math.max(least, Math.round(count)))
  let count = bounded(first)
  let tookMs = await elapsed(count, true)
  while (tookMs < forMs * PART && count < most) {
    count = bounded(count * FASTER)
    tookMs = await elapsed(count, false)
  }
  for (let pass = 0; ; pass++) {
    const before = count
    count = bounded((count * forMs) / tookMs)
    if (count === before || pass === MOST_PASSES) return count
    if (pass > 0 && Math.abs(count - before) <= before * NEAR) return count
    tookMs = await elapsed(count, true)
  }
}
