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

export const isLasting = (load: Load | Lasting): load is Lasting => 'forMs' in load

/** Finds how many messages take about so long, by sending more and more of them. The first pass compares every byte. */
export const lastingLoad = async (corner: Corner, mode: Mode, { bytes, forMs }: Lasting): Promise<Load> => {
  const most = Math.max(
    1,
    Math.min(mode.kind === 'saturating' ? MOST_MESSAGES : MOST_TIMED, Math.floor(MOST_BYTES / Math.max(1, bytes))),
  )
  const bounded = (count: number): number => Math.min(most, Math.max(1, Math.round(count)))
  if (mode.kind === 'open') return { bytes, count: bounded((mode.perSecond * forMs) / 1e3) }
  for (let count = bytes > 65_536 ? 1 : 16, first = true; ; count = bounded(count * FASTER), first = false) {
    const { sample } = await corner.play(mode, { bytes, count }, first)
    const enough = sample.elapsedMs >= forMs * PART
    if (enough || count === most) return { bytes, count: bounded((count * forMs) / sample.elapsedMs) }
  }
}
