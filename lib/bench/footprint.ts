import { setTimeout as wait } from 'node:timers/promises'
import { Berths } from '@/bench/berths.js'
import type { Carrier } from '@/bench/carrier.js'
import type { Described } from '@/bench/contender.js'
import { Corner } from '@/bench/corner.js'
import type { Load } from '@/bench/messages.js'
import { type Peaks, peaksOf } from '@/bench/peaks.js'
import type { Plan } from '@/bench/question.js'
import { WireCounter } from '@/bench/wireCounter.js'

/** What crosses the wire for each message: its bytes and what is put around them, and what comes back. Nothing of TCP and IP. */
interface Sent {
  readonly outBytes: number
  readonly backBytes: number
}

/** What a contender takes beside time. */
export interface Footprint extends Sent, Pick<Peaks, 'clientBytes' | 'serverBytes'> {}

const QUIET_MS = 20

/** Measures memory in processes of its own; the wire is counted on another connection. */
export const footprintOf = async (
  contender: Described,
  carrier: Carrier,
  load: Load,
  plan: Plan,
): Promise<Footprint> => {
  const { clientBytes, serverBytes } = await peaksOf(contender, load, plan, { carrier })
  return { clientBytes, serverBytes, ...(await sentBy(contender, carrier, load, plan)) }
}

const sentBy = async (contender: Described, carrier: Carrier, load: Load, plan: Plan): Promise<Sent> => {
  const berths = new Berths()
  const corner = new Corner(contender, carrier, plan)
  const counters: WireCounter[] = []
  try {
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
    const { outBytes, backBytes } = counter
    await corner.leave()
    return { outBytes: outBytes / load.count, backBytes: backBytes / load.count }
  } finally {
    await corner.dismiss()
    await berths.leave()
  }
}

/** Answers to the last messages may still be under way when those have arrived. */
const quiet = async (counter: WireCounter): Promise<void> => {
  for (let before = -1; before !== counter.backBytes + counter.outBytes; ) {
    before = counter.backBytes + counter.outBytes
    await wait(QUIET_MS)
  }
}
