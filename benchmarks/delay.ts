/**
 * Question: what does a round trip cost, when the link has delay?
 * Unit: messages a second, as fast as they go, without the way of the last one; milliseconds there and back, one message at a time.
 * Sizes: 64 B, over a relay in this process that hands on every byte 0, 1, 10 or 50 ms later, each way; in a
 * quick pass 0 or 50.
 * Baseline: our length prefix, which answers nothing, over the same relay.
 */
import {
  type Answer,
  bout,
  type Described,
  type Figure,
  latenciesUs,
  type Plan,
  type Question,
  ratios,
  type Score,
} from 'framewright/bench'
import { handshakePipelined, handshakeWide } from './contenders/handshakePipelined.js'
import { handshakeBusy } from './contenders/handshakeStrict.js'
import { lengthPrefix } from './contenders/lengthPrefix.js'
import { delayedBy } from './delayedLink.js'

const BYTES = 64
const AMOUNTS = {
  full: { times: { heats: 2, rounds: 5 }, strictMs: 1_000, count: 1_000_000, trips: 20, delaysMs: [0, 1, 10, 50] },
  quick: { times: { heats: 1, rounds: 2, warmUps: 1 }, strictMs: 200, count: 200_000, trips: 1, delaysMs: [0, 50] },
  trial: { times: { heats: 1, rounds: 1, together: true }, strictMs: 5, count: 1_000, trips: 1, delaysMs: [1] },
}
/** A round trip without any delay, about. */
const LEAST_TRIP_MS = 0.1
const LEAST_STRICT = 3
const CONTENDERS: readonly Described[] = [handshakeBusy, handshakePipelined, handshakeWide, lengthPrefix]

export const delay: Question = {
  name: 'delay',
  asks: 'What does a round trip cost, when the link has delay?',
  seconds: { full: 510, quick: 15 },
  answer: async (plan) => {
    const { delaysMs } = AMOUNTS[plan.pace]
    const answers: (Answer & { readonly scores: readonly Score[] })[] = []
    for (const delayMs of delaysMs) answers.push(await over(delayMs, plan))
    const rates = answers.map(({ scores }, place) =>
      scores.slice(0, CONTENDERS.length).map((score) => ratesBehind(score, delaysMs[place] ?? 0)),
    )
    const [near = [], far = []] = [rates.at(0), rates.at(-1)].map((all) => all?.[CONTENDERS.indexOf(handshakeWide)])
    return {
      scores: answers.flatMap(({ scores }) => scores),
      figures: answers.flatMap(({ figures }) => figures),
      promised: [
        {
          name: `${handshakeWide.name}, ${delaysMs.at(-1)} ms over ${delaysMs.at(0)} ms`,
          goal: { atLeast: 0.5 },
          unit: '',
          samples: ratios(far, near),
        },
      ],
    }
  },
}

/** Messages a second while they come: without the time that the way itself takes, which would outweigh a short sample. */
const ratesBehind = ({ samples }: Score, delayMs: number): number[] =>
  samples.map(({ count, elapsedMs }) => (count / (elapsedMs - delayMs)) * 1e3)

const over = async (delayMs: number, plan: Plan): Promise<Answer & { readonly scores: readonly Score[] }> => {
  const { strictMs, count, trips, times } = AMOUNTS[plan.pace]
  const progress = (text: string): void => plan.progress(`${delayMs} ms, ${text}`)
  const course = { ...times, through: delayedBy(delayMs) }
  // As many as fit in a time would be few where the first of them takes most of it.
  const strictCount = Math.max(LEAST_STRICT, Math.round(strictMs / Math.max(LEAST_TRIP_MS, 2 * delayMs)))
  const fast = CONTENDERS.map((contender) => ({
    contender,
    load: { bytes: BYTES, count: contender === handshakeBusy ? strictCount : count },
  }))
  const scores = await bout(fast, course, { ...plan, progress })
  const one = CONTENDERS.map((contender) => ({ contender, load: { bytes: BYTES, count: trips } }))
  const closed = await bout(one, { ...course, mode: { kind: 'closed' } }, { ...plan, progress })
  const figure = (score: Score, name: string, unit: string, samples: readonly number[]): Figure => ({
    name,
    unit,
    point: { line: score.name, axis: 'delayMs', value: delayMs },
    samples,
  })
  return {
    scores: [...scores, ...closed],
    figures: [
      ...scores.map((score) => figure(score, 'rate', 'messages/s', ratesBehind(score, delayMs))),
      ...closed.map((score) =>
        figure(
          score,
          'there and back',
          'ms',
          latenciesUs(score, 50).map((us) => us / 1e3),
        ),
      ),
    ],
    promised: [],
  }
}
