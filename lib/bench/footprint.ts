import { setTimeout as wait } from 'node:timers/promises'
import { Berths } from '@/bench/berths.js'
import type { Carrier } from '@/bench/carrier.js'
import type { Described } from '@/bench/contender.js'
import { Corner } from '@/bench/corner.js'
import type { Load } from '@/bench/messages.js'
import type { Plan } from '@/bench/question.js'
import { WireCounter } from '@/bench/wireCounter.js'

/** What a contender takes beside time. */
export interface Footprint {
  /** On the wire, for each message: its bytes and what is put around them, and what comes back. Nothing of TCP and IP. */
  readonly outBytes: number
  readonly backBytes: number
  /** Resident memory at its peak, beyond what each end held before the first message. */
  readonly clientBytes: number
  readonly serverBytes: number
}

const QUIET_MS = 20

/** Measures in processes of its own, whose memory nobody has used before; the wire is counted on another connection. */
export const footprintOf = async (
  contender: Described,
  carrier: Carrier,
  load: Load,
  plan: Plan,
): Promise<Footprint> => {
  const berths = new Berths()
  try {
    const held = await between(new Corner(contender, carrier, plan), async (corner) => {
      await corner.enter(await berths.at(carrier))
      return corner.peaks(load)
    })
    const sent = await between(new Corner(contender, carrier, plan), async (corner) => {
      const counters: WireCounter[] = []
      await corner.enter(await berths.at(carrier), async (address) => {
        const counter = await WireCounter.before(address, await berths.at(carrier))
        counters.push(counter)
        return counter
      })
      const [counter] = counters
      if (counter === undefined) throw new Error('there is no wire')
      await corner.play({ kind: 'saturating' }, load, true)
      await quiet(counter)
      counter.reset()
      await corner.play({ kind: 'saturating' }, load)
      await quiet(counter)
      return { outBytes: counter.outBytes / load.count, backBytes: counter.backBytes / load.count }
    })
    return { ...held, ...sent }
  } finally {
    await berths.leave()
  }
}

const between = async <Result>(corner: Corner, measure: (corner: Corner) => Promise<Result>): Promise<Result> => {
  try {
    const result = await measure(corner)
    await corner.leave()
    return result
  } finally {
    await corner.dismiss()
  }
}

/** Answers to the last messages may still be under way when those have arrived. */
const quiet = async (counter: WireCounter): Promise<void> => {
  for (let before = -1; before !== counter.backBytes + counter.outBytes; ) {
    before = counter.backBytes + counter.outBytes
    await wait(QUIET_MS)
  }
}
