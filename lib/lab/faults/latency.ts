import { checkMs } from '@/lab/faults/checkMs.js'
import type { Fault } from '@/lab/faults/fault.js'

/** How much later things are handed on. */
export interface LatencyOptions {
  /** 0 to 3_600_000. */
  readonly ms: number
  /** Each delay is `ms` and at most so much more or less, evenly spread. 0 to 3_600_000. @default 0 */
  readonly jitterMs?: number
  /** What is delayed as one: what arrived at once, or each frame (and each answer). @default 'chunk' */
  readonly per?: 'chunk' | 'frame'
}

/** Hands on each chunk, or each frame, `ms` ± `jitterMs` later than it came. Adds, loses and reorders nothing. */
export const latency = ({ ms, jitterMs = 0, per = 'chunk' }: LatencyOptions): Fault => {
  const [delay, jitter] = [checkMs('ms', ms), checkMs('jitterMs', jitterMs)]
  return {
    name: `latency:${delay}${jitter === 0 ? '' : `±${jitter}`}${per === 'frame' ? '/frame' : ''}`,
    framed: per === 'frame',
    async *through(parts, passage) {
      let goesOn = false
      let drawnMs = 0
      for await (const part of parts) {
        if (!goesOn) drawnMs = Math.max(0, delay + jitter * (2 * passage.random() - 1))
        goesOn = per === 'frame' && !part.endsFrame && (part.kind === 'length' || part.kind === 'payload')
        const dueMs = part.dueMs + drawnMs
        await passage.until(dueMs)
        yield { ...part, dueMs }
      }
    },
  }
}
