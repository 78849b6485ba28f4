/**
 * Question: how much memory does one message take that is far too large to hold?
 * Unit: MiB of resident memory of each process, at its peak, beyond what it held when the message began.
 * Sizes: one message of 0xecccccc0 bytes (3.7 GiB), from a source of 64 KiB pieces to a stream, every byte compared.
 * Baseline: the same bytes over bare `net`, thrown away on arrival.
 */
import { type Contender, type Peaks, peaksOf, type Question } from 'framewright/bench'
import { handshakeStreamed } from './contenders/handshakeStreamed.js'
import { netDiscarded } from './contenders/netDiscarded.js'

const MIB = 1_048_576
const AMOUNTS = {
  full: { rounds: 3, bytes: 0xeccc_ccc0 },
  quick: { rounds: 1, bytes: 0xeccc_ccc0 },
  trial: { rounds: 1, bytes: 16 * MIB },
}

export const huge: Question = {
  name: 'huge',
  asks: 'How much memory does one message of 3.7 GiB take, from stream to stream?',
  longOnly: true,
  seconds: { full: 15, quick: 10 },
  answer: async (plan) => {
    const { rounds, bytes } = AMOUNTS[plan.pace]
    const ours: Peaks[] = []
    const bare: Peaks[] = []
    const measure = (contender: Contender): Promise<Peaks> =>
      peaksOf(contender, { bytes, count: 1 }, plan, { thorough: true })
    for (let round = 0; round < rounds; round++) {
      plan.progress(`round ${round + 1} of ${rounds}`)
      ours.push(await measure(handshakeStreamed))
      bare.push(await measure(netDiscarded))
    }
    const goal = { atMost: 64 }
    return {
      figures: [
        { name: 'bare net, sender', unit: 'MiB', samples: sendersOf(bare) },
        { name: 'bare net, receiver', unit: 'MiB', samples: receiversOf(bare) },
        { name: 'streamed', unit: 'MB/s', samples: ours.map(({ elapsedMs }) => bytes / elapsedMs / 1e3) },
      ],
      promised: [
        { name: 'memory of the sender', goal, unit: 'MiB', samples: sendersOf(ours) },
        { name: 'memory of the receiver', goal, unit: 'MiB', samples: receiversOf(ours) },
      ],
    }
  },
}

const sendersOf = (peaks: readonly Peaks[]): number[] => peaks.map(({ clientBytes }) => clientBytes / MIB)
const receiversOf = (peaks: readonly Peaks[]): number[] => peaks.map(({ serverBytes }) => serverBytes / MIB)
