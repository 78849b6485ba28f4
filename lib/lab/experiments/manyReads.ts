import { PACKAGE } from '@/lab/experiments/frame/advice.js'
import { quantity } from '@/pages/index.js'
import { experiment } from '@/lab/experiments/frame/experiment.js'
import type { Bench } from '@/lab/experiments/frame/bench.js'

const WRITTEN_BYTES = 1_000_000
/** The room that the event loop offers for one read of a socket. */
const READ_BYTES = 65_536
const SHOWN = 24
const READS = Math.ceil(WRITTEN_BYTES / READ_BYTES)

/** No stretch of it is like the next one, so that a piece in the wrong place would be seen. */
const MESSAGE = Buffer.from(Uint32Array.from({ length: WRITTEN_BYTES / 4 }, (_, at) => at).buffer)

/** Writes once. @returns the pieces in which it arrived */
const arrivals = async (bench: Bench): Promise<readonly Buffer[]> => {
  const pieces: Buffer[] = []
  let arrivedBytes = 0
  let arrived: () => void = () => {}
  const { port } = await bench.listen((socket) => {
    socket.on('data', (piece: Buffer) => {
      pieces.push(piece)
      arrivedBytes += piece.length
      if (arrivedBytes === WRITTEN_BYTES) arrived()
    })
  })
  const all = bench.event((done) => {
    arrived = done
  })
  const socket = await bench.connect(port, { noDelay: true })
  socket.write(MESSAGE)
  await all
  return pieces
}

export const manyReads = experiment({
  name: 'many-reads',
  question: 'I wrote one buffer. Why does the other end get it in many pieces, and each time in others?',
  lesson:
    'A stream has no pieces: one write arrives in as many reads as the system likes, so a message needs a ' +
    'length or an end.',
  predict: () => ({
    reads: {
      what: `reads that one write of ${WRITTEN_BYTES.toLocaleString('en-US')} bytes takes`,
      from: READS,
      to: READS * 12,
      unit: 'reads',
      because:
        `the event loop reads at most 64 KiB at a time, so ${READS} are the fewest; there are more whenever it ` +
        'looks before the rest has come',
      otherwise: 'this version of Node.js offers another room for a read',
    },
    largest: {
      what: 'the largest piece',
      from: 0,
      to: READ_BYTES,
      unit: 'B',
      because: 'that is the room the event loop offers for one read',
      otherwise: 'this version of Node.js offers another room for a read',
    },
    same: {
      what: 'all bytes arrive, in their order',
      is: 'yes',
      because: 'TCP keeps bytes and their order, and promises nothing else',
      otherwise: 'that would be a fault of the system',
    },
  }),
  advice: {
    words:
      'Never take one "data" for one message. Put the length in front, collect until all is there, and keep the rest ' +
      'for the next message; or let a connection do it.',
    code: `
import { Connection, Server } from '${PACKAGE}'

class Whole extends Connection {
  protected override transmissionReceived(message: Buffer) {
    console.log('all', message.length, 'bytes of it, however they came')
  }
}
class WholeServer extends Server<Whole> {}

const server = new WholeServer({ listen: ['127.0.0.1:4000'], handler: Whole })
await server.start()
await server.close()`,
  },
  run: async (bench) => {
    const runs: (readonly Buffer[])[] = []
    const count = bench.rounds(5, 2)
    for (let run = 0; run < count; run++) {
      bench.say('one write of 1 MB', run / count)
      runs.push(await arrivals(bench))
    }
    const sizes = runs.map((pieces) => pieces.map(({ length }) => length))
    const [first = []] = sizes
    return {
      measured: {
        reads: first.length,
        largest: Math.max(...sizes.flat()),
        same: runs.every((pieces) => Buffer.concat(pieces).equals(MESSAGE)) ? 'yes' : 'no',
      },
      figures: [
        {
          kind: 'bars',
          title: 'the pieces of the first run, in the order in which they came',
          axis: { title: 'bytes', unit: 'B' },
          bars: first.slice(0, SHOWN).map((value, at) => ({ name: `read ${at + 1}`, value })),
        },
        {
          kind: 'table',
          title: 'the same write again and again',
          columns: [
            { title: 'run', numeric: true },
            { title: 'reads', numeric: true },
            { title: 'smallest', numeric: true },
            { title: 'largest', numeric: true },
          ],
          rows: sizes.map((run, at) => [
            String(at + 1),
            String(run.length),
            quantity(Math.min(...run), 'B'),
            quantity(Math.max(...run), 'B'),
          ]),
        },
      ],
    }
  },
})
