import { handled } from '@/core/index.js'
import type { Bench } from '@/lab/experiments/frame/bench.js'
import { experiment } from '@/lab/experiments/frame/experiment.js'
import { kernelSockets, UNSEEN } from '@/lab/experiments/frame/kernelSockets.js'

const PIECES = 5
const PIECE_BYTES = 1_024
const PIECE_MS = 20
const ANSWER_BYTES = PIECES * PIECE_BYTES

/** What came of a question whose asker ended its side behind it. */
interface Answered {
  readonly gotBytes: number
  /** What the answering end was told when it wrote, if it was told anything. */
  readonly writeError: string
  /** States of the two sockets while the answer was under way, the asker's first. */
  readonly states: readonly [asker: string, answerer: string] | undefined
}

/** Asks, ends its side, and counts what still comes. @param allowHalfOpen at the end that answers */
const asked = async (bench: Bench, allowHalfOpen: boolean): Promise<Answered> => {
  let writeError = 'none'
  let halfway: () => void = () => {}
  let answered: () => void = () => {}
  const { port } = await bench.listen(
    (socket) => {
      socket.resume()
      socket.once('end', () => void handled(answer()))
      const answer = async (): Promise<void> => {
        for (let piece = 0; piece < PIECES; piece++) {
          await bench.pause(PIECE_MS)
          if (piece === 2) halfway()
          socket.write(Buffer.alloc(PIECE_BYTES, 'a'), (error) => {
            if (error !== undefined && error !== null) writeError = 'code' in error ? String(error.code) : error.message
          })
        }
        socket.end(answered)
      }
    },
    { allowHalfOpen },
  )
  const socket = await bench.connect(port, { allowHalfOpen: true })
  let gotBytes = 0
  socket.on('data', ({ length }) => {
    gotBytes += length
  })
  const over = bench.event((done) => socket.once('end', done))
  const finished = bench.event((done) => {
    answered = done
  })
  const middle = bench.event((done) => {
    halfway = done
  })
  const { localPort } = socket
  socket.end('question')
  await middle
  const sockets = kernelSockets(port)
  const states = sockets === undefined ? undefined : stateOf(sockets, localPort ?? 0)
  await Promise.all([over, finished])
  return { gotBytes, writeError, states }
}

const stateOf = (sockets: NonNullable<ReturnType<typeof kernelSockets>>, port: number): readonly [string, string] => {
  const asker = sockets.find(({ localPort }) => localPort === port)
  const answerer = sockets.find(({ remotePort }) => remotePort === port)
  return [asker?.state ?? 'gone', answerer?.state ?? 'gone']
}

export const halfClose = experiment({
  name: 'half-close',
  question: 'I end my side of the connection when my question is out. Why does the answer never come?',
  lesson:
    'The two directions end separately, but a server of node:net ends its own as soon as yours has ended, ' +
    'unless it was made with allowHalfOpen.',
  predict: () => ({
    open: {
      what: 'bytes of the answer that arrive, with allowHalfOpen at the server',
      from: ANSWER_BYTES,
      to: ANSWER_BYTES,
      unit: 'B',
      because: 'the end of the stream (FIN) says "I send no more"; it does not say "I hear no more"',
      otherwise: 'something closed the connection in between',
    },
    shut: {
      what: 'bytes of the answer that arrive, without it',
      from: 0,
      to: 0,
      unit: 'B',
      because: `node:net answers an end with an end at once, and the answer is written ${PIECE_MS} ms later`,
      otherwise: 'this version of Node.js has another default',
    },
    error: {
      what: 'what the server is told when it then writes',
      is: 'EPIPE',
      because: 'its own side has ended already; who passes no callback and hears no error learns nothing',
      otherwise: 'this version of Node.js says it in other words',
    },
    states: {
      what: 'states of the two sockets while the answer is under way',
      is: 'FIN_WAIT2, CLOSE_WAIT',
      because: 'the asker has ended and that was acknowledged; the other end has heard it and has not ended itself',
      otherwise: 'the end had not been acknowledged yet (FIN_WAIT1)',
    },
  }),
  advice: {
    words:
      'Make the server with allowHalfOpen and end it yourself when all is said. Better still, do not use an ' +
      'end for a mark: say how long the question is.',
    code: `
import { createServer } from 'node:net'

const server = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', (error) => console.error(error.message))
  socket.resume()
  socket.on('end', () => {
    setTimeout(() => socket.end('the answer'), 20) // whoever allows it must end it
  })
})
server.listen(0, '127.0.0.1', () => server.close())`,
  },
  run: async (bench) => {
    bench.say('with allowHalfOpen')
    const open = await asked(bench, true)
    bench.say('without it')
    const shut = await asked(bench, false)
    return {
      measured: {
        open: open.gotBytes,
        shut: shut.gotBytes,
        error: shut.writeError,
        states: open.states?.join(', ') ?? UNSEEN,
      },
      figures: [
        {
          kind: 'table',
          title: 'while the answer was under way',
          columns: [
            { title: 'server' },
            { title: 'asker is in' },
            { title: 'server is in' },
            { title: 'bytes that arrived', numeric: true },
            { title: 'its writes' },
          ],
          rows: [['allowHalfOpen', open] as const, ['default', shut] as const].map(([how, one]) => [
            how,
            one.states?.[0] ?? '?',
            one.states?.[1] ?? '?',
            String(one.gotBytes),
            one.writeError === 'none' ? 'accepted' : one.writeError,
          ]),
        },
      ],
    }
  },
})
