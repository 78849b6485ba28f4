/**
 * Question: how fast do large messages travel, held whole and streamed?
 * Unit: MB of payload a second; the promises are ratios of rates of the same round.
 * Sizes: 1 MiB whole; 1 MiB and 256 MiB streamed in pieces of 64 KiB; 64 KiB whole.
 * Baseline: bare `net` that assembles the same Buffers behind a length; bare `net` whose bytes are thrown away on
 * arrival, without any framing; `ws`, one `send` a message.
 */
import {
  bout,
  type Course,
  type Entrant,
  type Figure,
  figuresOf,
  megabyteRates,
  type Plan,
  type Promised,
  type Question,
  ratios,
  type Score,
} from 'framewright/bench'
import { handshakePipelined } from './contenders/handshakePipelined.js'
import { handshakeStreamed } from './contenders/handshakeStreamed.js'
import { netAssembled } from './contenders/netAssembled.js'
import { netDiscarded } from './contenders/netDiscarded.js'
import { wsBinary } from './contenders/wsBinary.js'

const KIB = 1_024
const MIB = 1_048_576
/** Streams are at their speed after some 40,000 pieces only: they warm up for longer where samples are short. */
const AMOUNTS = {
  full: { heats: 8, rounds: 4, warmUps: 8, streamWarmUps: 8, moved: 1_536, small: 384, slow: 96, streamed: 256 },
  quick: { heats: 1, rounds: 4, warmUps: 4, streamWarmUps: 12, moved: 256, small: 192, slow: 32, streamed: 256 },
  trial: {
    heats: 1,
    rounds: 1,
    together: true,
    warmUps: 1,
    streamWarmUps: 1,
    moved: 8,
    small: 4,
    slow: 4,
    streamed: 16,
  },
}

export const large: Question = {
  name: 'large',
  asks: 'How fast do large messages travel, held whole and streamed?',
  seconds: { full: 550, quick: 19 },
  answer: async (plan) => {
    const { moved, small, slow, streamed, streamWarmUps, ...course } = AMOUNTS[plan.pace]
    const streams = { ...course, warmUps: streamWarmUps }
    const whole = { bytes: MIB, count: moved }
    const long = { bytes: streamed * MIB, count: Math.ceil(moved / streamed) }
    const pairs = [
      await compare(course, plan, { name: '1 MiB whole over bare, assembled', goal: { atLeast: 0.95 } }, [
        { contender: handshakePipelined, load: whole },
        { contender: netAssembled, load: whole },
      ]),
      await compare(streams, plan, { name: '1 MiB streamed over bare, thrown away', goal: { atLeast: 0.85 } }, [
        { contender: handshakeStreamed, load: whole },
        { contender: netDiscarded, load: whole },
      ]),
      await compare(
        course,
        plan,
        { name: `${streamed} MiB streamed over bare, thrown away`, goal: { atLeast: 0.85 } },
        [
          { contender: handshakeStreamed, load: long },
          { contender: netDiscarded, load: long },
        ],
      ),
      await compare(course, plan, { name: '64 KiB whole over ws', goal: { atLeast: 5 } }, [
        { contender: handshakePipelined, load: { bytes: 64 * KIB, count: small * 16 } },
        { contender: wsBinary, load: { bytes: 64 * KIB, count: slow * 16 } },
      ]),
    ]
    return {
      scores: pairs.flatMap(({ scores }) => scores),
      figures: pairs.flatMap(({ figures }) => figures),
      promised: pairs.map(({ promised }) => promised),
    }
  },
}

interface Pair {
  readonly scores: readonly Score[]
  readonly figures: readonly Figure[]
  readonly promised: Promised
}

const compare = async (
  course: Course,
  plan: Plan,
  promise: Pick<Promised, 'name' | 'goal'>,
  entrants: readonly [ours: Entrant, theirs: Entrant],
): Promise<Pair> => {
  const scores = await bout(entrants, course, plan)
  const [ours = [], theirs = []] = scores.map(megabyteRates)
  const figures = figuresOf(scores, 'MB/s').map((figure) => ({ ...figure, name: `${promise.name}: ${figure.name}` }))
  return { scores, figures, promised: { ...promise, unit: '', samples: ratios(ours, theirs) } }
}
