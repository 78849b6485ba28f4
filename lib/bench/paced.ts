import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises'
import { asError } from '@/bench/asError.js'
import type { Arrivals } from '@/bench/arrivals.js'
import type { Sending } from '@/bench/contender.js'
import type { Messages } from '@/bench/messages.js'
import { nowMs } from '@/bench/nowMs.js'

/** When each message was to leave: the first at `firstMs` on the clock of `nowMs`, each other one `stepMs` after it. */
export interface Schedule {
  readonly firstMs: number
  readonly stepMs: number
}

/** So much before its time a timer is set aside, and the event loop turns instead: timers have steps of 1 ms. */
const TIMER_MS = 2
const LEAD_MS = 5
const MOST_AT_ONCE = 64

/**
 * Open loop: message `index` is to leave at its time, whether or not those before it have been dealt with. One that
 * leaves late, since this end was held up, keeps the time at which it should have left, so a stall counts for every
 * message that it has delayed.
 */
export const paced = async (sending: Sending, messages: Messages, perSecond: number): Promise<Schedule> => {
  const { sendOne } = sending
  if (sendOne === undefined) throw new Error('it does not send one message at a time')
  const stepMs = 1e3 / perSecond
  const firstMs = nowMs() + LEAD_MS
  const leaving = new Leaving()
  for (let index = 0; index < messages.count; index++) {
    await until(firstMs + index * stepMs)
    // Where the pace is too fast, this end is always late; its sockets must have their turn all the same.
    if (index % MOST_AT_ONCE === 0) await turn()
    // The memory of messages that have not left yet must not be used again.
    await leaving.atMost(messages.ahead / 2 - 1)
    const left = sendOne(messages.at(index))
    if (left !== undefined) leaving.add(left)
  }
  await leaving.atMost(0)
  return { firstMs, stepMs }
}

/** Messages that are still needed where they are. */
class Leaving {
  #count = 0
  #failure: Error | undefined
  #resume = (): void => {}

  add(left: Promise<unknown>): void {
    this.#count++
    left
      .catch((error: unknown) => (this.#failure ??= asError(error)))
      .finally(() => {
        this.#count--
        this.#resume()
      })
  }

  /** Resolves when no more than that are left. @throws Error what one of them has met */
  async atMost(count: number): Promise<void> {
    while (this.#count > count && this.#failure === undefined)
      await new Promise<void>((resolve) => (this.#resume = resolve))
    if (this.#failure !== undefined) throw this.#failure
  }
}

const until = async (timeMs: number): Promise<void> => {
  for (;;) {
    const leftMs = timeMs - nowMs()
    if (leftMs <= 0) return
    await (leftMs > TIMER_MS ? wait(leftMs - 1) : turn())
  }
}

/** @returns what will have been the time of each arrival, on the clock of `nowMs` */
export const timeEach = (arrivals: Arrivals, count: number): Float64Array => {
  const timesMs = new Float64Array(count)
  arrivals.each = (index) => {
    timesMs[index] = nowMs()
  }
  return timesMs
}

/** Nanoseconds from the time at which each message was to leave to its arrival. */
export const delaysNs = ({ firstMs, stepMs }: Schedule, arrivedMs: Float64Array): Float64Array =>
  arrivedMs.map((timeMs, index) => (timeMs - firstMs - index * stepMs) * 1e6)
