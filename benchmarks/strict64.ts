/**
 * Question: what does the strict handshake cost, beside the round trip that it needs for each message?
 * Unit: messages a second; the promise is a ratio of two rates of the same round, each end on a core of its own.
 * Sizes: 64 B, one message after the other on one connection. In full the same is shown with both ends on one
 * core, unpromised.
 * Baseline: bare `net` sockets with noDelay that send and answer the same bytes by hand, without promises or checks; for
 * a sender that awaits each message, one whose next length likewise leaves after its payload.
 */
import {
  type Answer,
  bout,
  figuresOf,
  messageRates,
  type Plan,
  type Question,
  ratios,
  type Score,
} from 'framewright/bench'
import { handshakeAwaited, handshakeBusy } from './contenders/handshakeStrict.js'
import { netPingPong, netPingPongAwaited } from './contenders/netPingPong.js'

const BYTES = 64
const AMOUNTS = {
  full: { course: { heats: 8, rounds: 15, warmUps: 8 }, count: 2_000, onCores: [2, 1] },
  quick: { course: { heats: 2, rounds: 5, warmUps: 3 }, count: 1_000, onCores: [2] },
  trial: { course: { heats: 1, rounds: 1, together: true, warmUps: 1 }, count: 100, onCores: [2, 1] },
} as const

export const strict64: Question = {
  name: 'strict64',
  asks: 'What does the strict handshake cost, with messages of 64 bytes?',
  seconds: { full: 190, quick: 14 },
  answer: async (plan) => {
    const answers: Awaited<ReturnType<typeof compare>>[] = []
    for (const cores of AMOUNTS[plan.pace].onCores) answers.push(await compare(cores, plan))
    return {
      scores: answers.flatMap(({ scores }) => scores),
      figures: answers.flatMap(({ figures }) => figures),
      promised: answers.flatMap(({ promised }) => promised),
    }
  },
}

const compare = async (cores: 1 | 2, plan: Plan): Promise<Answer & { readonly scores: readonly Score[] }> => {
  const { count, course } = AMOUNTS[plan.pace]
  const load = { bytes: BYTES, count }
  const contenders = [handshakeBusy, netPingPong, handshakeAwaited, netPingPongAwaited]
  const entrants = contenders.map((contender) => ({ contender, load }))
  const scores = await bout(entrants, { ...course, cores }, plan)
  const [busy = [], bare = [], awaited = [], bareAwaited = []] = scores.map(messageRates)
  const where = cores === 1 ? 'on one core' : 'on two cores'
  const compared = [
    { name: `strict, the next one waiting, over bare, ${where}`, unit: '', samples: ratios(busy, bare) },
    {
      name: `strict, each awaited, over bare, each awaited, ${where}`,
      unit: '',
      samples: ratios(awaited, bareAwaited),
    },
  ]
  const figures = figuresOf(scores, 'messages/s').map((figure) => ({ ...figure, name: `${figure.name}, ${where}` }))
  if (cores === 1) return { scores, figures: [...figures, ...compared], promised: [] }
  return { scores, figures, promised: compared.map((figure) => ({ ...figure, goal: { atLeast: 0.9 } })) }
}
