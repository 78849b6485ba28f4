/**
 * Question: what does a receiver that is slow to read do to its sender, with bounds and without?
 * Unit: MiB of resident memory of the sender at its peak, beyond what it held before; MB of payload a second that arrive;
 * milliseconds that messages still come when the sender has nothing left to do.
 * Sizes: 64 MiB in messages of 16 KiB, in full 256 MiB; a receiver that computes for 0.25 ms at each, and one that does not.
 * Baseline: bare `net` and `ws`, whose senders give all they have without looking whether it leaves; and bare `net`, whose
 * sender waits for `drain`.
 */
import { compared, type Described, type Figure, type Peaks, peaksOf, type Question } from 'framewright/bench'
import { bareNet } from './contenders/bareNet.js'
import { handshakePipelined } from './contenders/handshakePipelined.js'
import { handshakeBusy } from './contenders/handshakeStrict.js'
import { bareNetHeedless, pipelinedToTheBrim, wsHeedless } from './contenders/heedless.js'

const MIB = 1_048_576
const BYTES = 16_384
const SLOW = ['a slow reader', { dawdleMs: 0.25 }] as const
const QUICK = ['a quick reader', 'look'] as const
const AMOUNTS = {
  full: { rounds: 3, moved: 256 * MIB, readers: [SLOW, QUICK] },
  quick: { rounds: 1, moved: 64 * MIB, readers: [SLOW, QUICK] },
  trial: { rounds: 1, moved: MIB, readers: [SLOW] },
}
const CONTENDERS: readonly Described[] = [
  bareNetHeedless,
  wsHeedless,
  bareNet,
  pipelinedToTheBrim,
  handshakePipelined,
  handshakeBusy,
]

const SECONDS = { full: 150, quick: 15 }

export const slowReader: Question = {
  name: 'slowReader',
  asks: 'What does a receiver that is slow to read do to its sender?',
  longOnly: true,
  seconds: SECONDS,
  secondsWith: (pace, wishes) => Math.ceil((SECONDS[pace] * compared(CONTENDERS, wishes).length) / CONTENDERS.length),
  contenders: CONTENDERS,
  heeds: ['contenders', 'only'],
  answer: async (plan) => {
    const { rounds, moved, readers } = AMOUNTS[plan.pace]
    const load = { bytes: BYTES, count: moved / BYTES }
    const present = compared(CONTENDERS, plan.wishes).filter(({ name, needs = [] }) => plan.present(name, needs))
    const rows = readers.flatMap(([reader, duty]) =>
      present.map((contender) => ({ contender, duty, line: `${contender.name}, ${reader}`, peaks: [] as Peaks[] })),
    )
    for (let round = 0; round < rounds; round++) {
      for (const [place, { contender, duty, peaks }] of rows.entries()) {
        plan.progress(`round ${round + 1} of ${rounds}, ${place + 1} of ${rows.length}`)
        peaks.push(await peaksOf(contender, load, plan, { duty }))
      }
    }
    const figures = rows.flatMap(({ line, peaks }): Figure[] => {
      const point = { line, axis: 'messageBytes', value: BYTES } as const
      const figure = (name: string, unit: string, of: (one: Peaks) => number): Figure => ({
        name,
        unit,
        point,
        samples: peaks.map(of),
      })
      return [
        figure('peak of the sender', 'MiB', ({ clientBytes }) => clientBytes / MIB),
        figure('payload', 'MB/s', ({ elapsedMs }) => moved / elapsedMs / 1e3),
        figure('behind the sender', 'ms', ({ behindMs }) => Math.max(0, behindMs)),
      ]
    })
    return { figures, promised: [] }
  },
}
