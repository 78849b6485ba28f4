import type { Clock } from '@/core/clock.js'
import type { MemoryBudget } from '@/core/memoryBudget.js'
import type { Settings } from '@/core/options.js'
import { Rounds, type Visited } from '@/core/rounds.js'
import { SlabPool } from '@/core/slabPool.js'

const COARSEST_MS = 1_000
const FINEST_MS = 5

/** What all connections of one server or client share: the clock and its two timers, the slabs, the memory budget. */
export class Commons {
  readonly slabs = new SlabPool()
  /** How often deadlines are looked at. */
  readonly periodMs: number
  /** Deadlines are looked at in rounds, so that no connection has a timer. */
  readonly deadlines: Rounds<Visited>
  /** Those whose class has a `loopPass` are visited at the tick. */
  readonly ticks: Rounds<Visited>

  constructor(
    readonly clock: Clock,
    readonly budget: MemoryBudget,
    settings: Settings,
  ) {
    this.periodMs = periodOf(settings)
    this.deadlines = new Rounds(clock, this.periodMs)
    this.ticks = new Rounds(clock, settings.tickMs)
  }
}

/** A deadline is kept to within a quarter of the shortest time that can run out, and at worst to a second. */
const periodOf = (settings: Settings): number => {
  const { openingTimeoutMs, messageTimeoutMs, answerTimeoutMs, idleTimeoutMs, heartbeatMs } = settings
  const times = [openingTimeoutMs, messageTimeoutMs, answerTimeoutMs, idleTimeoutMs, heartbeatMs].filter((ms) => ms > 0)
  return Math.max(FINEST_MS, Math.min(COARSEST_MS, ...times.map((ms) => Math.floor(ms / 4))))
}
