/**
 * Question: how much memory does one message take that is far too large to hold?
 * Unit: MiB of resident memory of each process, at its peak, beyond what it held when the message began.
 * Sizes: one message of 0xecccccc0 bytes (3.7 GiB), from a source of 64 KiB pieces to a stream, every byte compared.
 * Baseline: the same bytes over bare `net`, thrown away on arrival.
 */
import { type Contender, type Plan, type Question, RemoteEnd } from 'framewright/bench'
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
  seconds: { full: 60, quick: 20 },
  answer: async (plan) => {
    const { rounds, bytes } = AMOUNTS[plan.pace]
    const ours: Peaks[] = []
    const bare: Peaks[] = []
    for (let round = 0; round < rounds; round++) {
      plan.progress(`round ${round + 1} of ${rounds}`)
      ours.push(await peaksOf(handshakeStreamed, bytes, plan))
      bare.push(await peaksOf(netDiscarded, bytes, plan))
    }
    const goal = { atMost: 64 }
    return {
      figures: [
        { name: 'bare net, sender', unit: 'MiB', samples: bare.map(({ sender }) => sender) },
        { name: 'bare net, receiver', unit: 'MiB', samples: bare.map(({ receiver }) => receiver) },
        { name: 'streamed', unit: 'MB/s', samples: ours.map(({ elapsedMs }) => bytes / elapsedMs / 1e3) },
      ],
      promised: [
        { name: 'memory of the sender', goal, unit: 'MiB', samples: ours.map(({ sender }) => sender) },
        { name: 'memory of the receiver', goal, unit: 'MiB', samples: ours.map(({ receiver }) => receiver) },
      ],
    }
  },
}

interface Peaks {
  readonly sender: number
  readonly receiver: number
  readonly elapsedMs: number
}

const peaksOf = async (contender: Contender, bytes: number, plan: Plan): Promise<Peaks> => {
  const { name, module } = contender
  const receiver = new RemoteEnd(`${name}, receiver`, plan)
  const sender = new RemoteEnd(`${name}, sender`, plan)
  try {
    await sender.tell('connect', { name, module }, await receiver.tell('serve', { name, module }, { carrier: 'tcp' }))
    const load = { bytes, count: 1 }
    await receiver.tell('expect', load, true)
    await Promise.all([receiver.tell('startPeak'), sender.tell('startPeak')])
    const [sent, arrived] = await Promise.all([sender.tell('send', load), receiver.tell('arrived')])
    const peaks = {
      sender: (await sender.tell('stopPeak')) / MIB,
      receiver: (await receiver.tell('stopPeak')) / MIB,
      elapsedMs: arrived.endMs - sent.startMs,
    }
    await sender.tell('close')
    await receiver.tell('check')
    return peaks
  } finally {
    await Promise.all([receiver.dismiss(), sender.dismiss()])
  }
}
