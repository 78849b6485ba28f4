import type { Bench } from '@/lab/experiments/frame/bench.js'
import { PACKAGE } from '@/lab/experiments/frame/advice.js'
import { quantity } from '@/pages/index.js'
import { experiment } from '@/lab/experiments/frame/experiment.js'

const WRITES = 1_000
const BYTES = 10
const PACED_WRITES = 50
const READ_BYTES = 65_536
const ALL_BYTES = WRITES * BYTES
const MANY_WRITES = 5_000

/** How a program writes. */
type Manner = 'at once' | 'one a turn' | 'corked'

/** What the other end saw, and how long the writing took. */
interface Seen {
  readonly sizes: readonly number[]
  readonly tookMs: number
}

const written = async (bench: Bench, manner: Manner, writes: number): Promise<Seen> => {
  const sizes: number[] = []
  let arrivedBytes = 0
  let arrived: () => void = () => {}
  const { port } = await bench.listen((socket) => {
    socket.on('data', ({ length }) => {
      sizes.push(length)
      arrivedBytes += length
      if (arrivedBytes === writes * BYTES) arrived()
    })
  })
  const all = bench.event((done) => {
    arrived = done
  })
  const socket = await bench.connect(port, { noDelay: true })
  const message = Buffer.alloc(BYTES, 'm')
  const startMs = performance.now()
  if (manner === 'corked') socket.cork()
  for (let write = 0; write < writes; write++) {
    socket.write(message)
    if (manner === 'one a turn') await new Promise(setImmediate)
  }
  if (manner === 'corked') socket.uncork()
  const tookMs = performance.now() - startMs
  await all
  socket.destroy()
  return { sizes, tookMs }
}

export const manyWrites = experiment({
  name: 'many-writes',
  question: 'I write a thousand small messages, one by one. Why does the other end get them all in one piece?',
  lesson:
    'Writes leave no mark in the stream: what is there when the reader looks comes as one read, and each write ' +
    'costs a call of the system.',
  predict: () => ({
    atOnce: {
      what: `reads for ${quantity(WRITES)} writes of ${BYTES} bytes, made without a pause`,
      from: 1,
      to: 8,
      unit: 'reads',
      because:
        `the ${ALL_BYTES} bytes fit into one read of ${quantity(READ_BYTES, 'B')}, and the reader of ` +
        'this process runs only when the writer has returned; TCP keeps no boundaries',
      otherwise: 'something let the reader run in between',
    },
    paced: {
      what: `reads for ${PACED_WRITES} such writes, with a turn of the event loop after each`,
      from: PACED_WRITES / 5,
      to: PACED_WRITES,
      unit: 'reads',
      because:
        'now the reader looks after nearly each write: it seems as if messages kept their boundaries, until ' +
        'the day the machine is busy',
      otherwise: 'this machine is busy, which is the point: the same program gets other pieces',
    },
    corked: {
      what: `how much faster ${quantity(MANY_WRITES)} writes are when they are corked`,
      from: 1.5,
      to: Number.POSITIVE_INFINITY,
      unit: 'times',
      because: 'each write by itself is a call of the system of some microseconds; corked, they leave in a few calls',
      otherwise: 'calls of the system are very cheap here',
    },
  }),
  advice: {
    words:
      'Mark where a message ends, with a length in front of it. Gather what leaves in one tick: a connection ' +
      'of this library does both.',
    code: `
import { Client, Connection } from '${PACKAGE}'

class Teller extends Connection {}
class TellerClient extends Client<Teller> {}

export const tell = async (words: readonly string[]) => {
  await using client = new TellerClient({ handler: Teller, pipeline: true })
  const teller = await client.connectTo('127.0.0.1:4000')
  await Promise.all(words.map((word) => teller.transmit(Buffer.from(word)))) // one write, as many messages as words
}`,
  },
  run: async (bench) => {
    bench.say('writing at once')
    const atOnce = await written(bench, 'at once', WRITES)
    bench.say('writing once a turn')
    const paced = await written(bench, 'one a turn', PACED_WRITES)
    const rounds = bench.rounds(5, 2)
    const plain: number[] = []
    const corked: number[] = []
    for (let round = 0; round < rounds; round++) {
      bench.say('with and without cork', round / rounds)
      plain.push((await written(bench, 'at once', MANY_WRITES)).tookMs)
      corked.push((await written(bench, 'corked', MANY_WRITES)).tookMs)
    }
    const [slow, fast] = [Math.min(...plain), Math.min(...corked)]
    return {
      measured: { atOnce: atOnce.sizes.length, paced: paced.sizes.length, corked: slow / fast },
      figures: [
        {
          kind: 'table',
          title: 'what the reader saw',
          columns: [
            { title: 'written' },
            { title: 'writes', numeric: true },
            { title: 'reads', numeric: true },
            { title: 'sizes of the first reads' },
          ],
          rows: [
            ['without a pause', WRITES, atOnce] as const,
            ['one a turn of the loop', PACED_WRITES, paced] as const,
          ].map(([how, writes, { sizes }]) => [
            how,
            String(writes),
            String(sizes.length),
            sizes.slice(0, 12).join(' ') + (sizes.length > 12 ? ' ..' : ''),
          ]),
        },
        {
          kind: 'bars',
          title: `how long the writer is busy with ${quantity(MANY_WRITES)} writes`,
          axis: { title: 'time', unit: 'ms' },
          bars: [
            { name: 'write by write', value: slow },
            { name: 'corked', value: fast },
          ],
        },
      ],
    }
  },
})
