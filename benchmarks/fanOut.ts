/**
 * Question: how many deliveries a second, when one client notifies and ten receive, with everything confirmed and every hash checked?
 * Unit: deliveries a second, ten for each notification; the promises are ratios of rates of the same round.
 * Sizes: 64 B, a hundred notifications waiting for their confirmation; and ours over WebSockets beside framed TCP with 4 KiB and 1 MiB.
 * Baseline: `aedes` and `mqtt` at QoS 1 in the same arrangement, over TCP.
 */
import { bout, type Figure, messageRates, type Question, ratios, type Score } from 'framewright/bench'
import { RECEIVERS } from './contenders/fanOut.js'
import { lonelyHandshake, lonelyLength, lonelyWebSocket } from './contenders/lonelyFanOut.js'
import { mqttFanOut } from './contenders/mqttFanOut.js'

const middle = (count: number) => ({ name: '4 KiB', bytes: 4_096, count })
const large = (count: number) => ({ name: '1 MiB', bytes: 1_048_576, count })
const AMOUNTS = {
  full: { heats: 3, rounds: 5, small: 10_000, larger: [middle(4_000), large(60)] },
  quick: { heats: 1, rounds: 3, small: 5_000, larger: [middle(2_000), large(30)] },
  trial: { heats: 1, rounds: 1, together: true, small: 200, larger: [large(3)] },
}

const deliveries = (score: Score): number[] => messageRates(score).map((rate) => rate * RECEIVERS)

export const fanOut: Question = {
  name: 'fanOut',
  asks: 'How many deliveries a second, one client notifying ten, everything confirmed?',
  longOnly: true,
  seconds: { full: 500, quick: 10 },
  answer: async (plan) => {
    const { small, larger, ...course } = AMOUNTS[plan.pace]
    const contenders = [lonelyHandshake, lonelyLength, lonelyWebSocket, mqttFanOut]
    const scores = await bout(
      contenders.map((contender) => ({ contender, load: { bytes: 64, count: small } })),
      course,
      plan,
    )
    const [framed = [], prefixed = [], webSocket = [], mqtt = []] = scores.map(deliveries)
    const others: Figure[] = []
    for (const { name, ...load } of larger) {
      const pair = await bout(
        [lonelyHandshake, lonelyWebSocket].map((contender) => ({ contender, load })),
        course,
        plan,
      )
      const [tcp = [], ws = []] = pair.map(deliveries)
      others.push({ name: `framed TCP, ${name}`, unit: 'deliveries/s', samples: tcp })
      others.push({ name: `framed TCP over WebSocket, ${name}`, unit: '', samples: ratios(tcp, ws) })
    }
    return {
      scores,
      figures: [
        ...scores.map((score) => ({ name: `${score.name}, 64 B`, unit: 'deliveries/s', samples: deliveries(score) })),
        { name: 'framed TCP over WebSocket, 64 B', unit: '', samples: ratios(framed, webSocket) },
        { name: 'length prefix over handshake framing, 64 B', unit: '', samples: ratios(prefixed, framed) },
        ...others,
      ],
      promised: [
        { name: 'framed TCP over aedes + mqtt', goal: { atLeast: 1.5 }, unit: '', samples: ratios(framed, mqtt) },
        { name: 'WebSocket over aedes + mqtt', goal: { atLeast: 1 }, unit: '', samples: ratios(webSocket, mqtt) },
      ],
    }
  },
}
