import { PACKAGE } from '@/lab/experiments/frame/advice.js'
import { type Point, quantity } from '@/pages/index.js'
import type { Bench } from '@/lab/experiments/frame/bench.js'
import { codeOfError } from '@/lab/experiments/frame/codeIn.js'
import { experiment } from '@/lab/experiments/frame/experiment.js'
import { Plain, PlainServer } from '@/lab/experiments/frame/plainEnds.js'

const ATTACKERS = 10
const DRIP_MS = 50
/** A naive server hangs up after so much silence, which never comes. */
const IDLE_MS = 4 * DRIP_MS
const MESSAGE_MS = 400
const OPENING_MS = 300
const OPENING = Buffer.from([0xff])
const BEGUN = Buffer.from([0, 0, 3, 232])
/** The clock of a server is looked at some times in each period; this is more than enough on a busy machine. */
const LATE_MS = 1_000
const OUT_MS = 5 * LATE_MS

const longestOf = (bench: Bench): number => bench.rounds(1_500, 3 * IDLE_MS)

/** How many of the attackers still hold their connection, over time. */
type Held = Point[]

interface Attack {
  readonly held: Held
  /** At the end. */
  readonly stillHeld: number
  /** When the last of them was thrown out; undefined when they all held on. */
  readonly lastOutMs: number | undefined
  readonly sentBytes: number
}

/** Attackers open, begin a message, and then send a byte now and then. @param silent they do not even open */
const attack = async (bench: Bench, port: number, longestMs: number, silent = false): Promise<Attack> => {
  const startMs = performance.now()
  const sockets = await Promise.all(Array.from({ length: ATTACKERS }, () => bench.connect(port)))
  const open = new Set(sockets)
  let sentBytes = 0
  let lastOutMs: number | undefined
  const held: Held = [{ x: 0, y: open.size }]
  const note = (): void => void held.push({ x: performance.now() - startMs, y: open.size })
  for (const socket of sockets) {
    socket.resume()
    socket.once('close', () => {
      open.delete(socket)
      lastOutMs = performance.now() - startMs
      note()
    })
    if (!silent) socket.write(Buffer.concat([OPENING, BEGUN]))
  }
  while (open.size > 0 && performance.now() - startMs < longestMs) {
    await bench.pause(DRIP_MS)
    for (const socket of sockets)
      if (!silent && socket.writable) {
        socket.write('x')
        sentBytes++
      }
    note()
  }
  const result = {
    held: [...held],
    stillHeld: open.size,
    lastOutMs: open.size === 0 ? lastOutMs : undefined,
    sentBytes,
  }
  for (const socket of sockets) socket.destroy()
  return result
}

export const slowloris = experiment({
  name: 'slowloris',
  question:
    'A few strangers send a byte now and then, and my server has no place for anybody else. Does my idle ' +
    'timeout not help?',
  lesson:
    'An idle timeout asks whether anything came, and something always does: bound the time for the whole ' +
    'message, from its first byte.',
  predict: (bench) => ({
    naive: {
      what:
        `of ${ATTACKERS} attackers, those that a server with an idle timeout of ${IDLE_MS} ms still serves after ` +
        quantity(longestOf(bench), 'ms'),
      from: ATTACKERS,
      to: ATTACKERS,
      unit: 'connections',
      because:
        `each sends a byte every ${DRIP_MS} ms, which begins the ${IDLE_MS} ms anew: a message of 1,000 bytes ` +
        'takes 50 s, one of 8 MiB five days',
      otherwise: 'this machine was too busy to send the bytes in time',
    },
    ours: {
      what: `of them, those that a server with messageTimeoutMs of ${MESSAGE_MS} still serves then`,
      from: 0,
      to: 0,
      unit: 'connections',
      because: 'the time of a message runs from its first byte, and no byte begins it anew',
      otherwise: 'this machine is very busy',
    },
    afterMs: {
      what: 'when the last of them was thrown out',
      from: MESSAGE_MS * 0.9,
      to: MESSAGE_MS + LATE_MS,
      unit: 'ms',
      because: `${MESSAGE_MS} ms, and a little for the coarse clock that all connections share`,
      otherwise: 'this machine is very busy',
    },
    code: {
      what: 'what their connections ended with',
      is: 'MESSAGE_TIMEOUT',
      because: 'that names what happened, and whose fault it was',
      otherwise: 'they were gone before',
    },
    silent: {
      what: 'what connections end with that do not even open',
      is: 'OPENING_TIMEOUT',
      because: `openingTimeoutMs, here ${OPENING_MS}, runs from the first contact`,
      otherwise: 'they were gone before',
    },
  }),
  advice: {
    words:
      'Have both: a time for the message, with the slowest pace you accept for large ones, and a bound on ' +
      'connections from one address.',
    code: `
import { Connection, Server } from '${PACKAGE}'

class Guest extends Connection {}
class GuestServer extends Server<Guest> {}

export const server = new GuestServer({
  handler: Guest,
  listen: [4000],
  openingTimeoutMs: 2_000,
  messageTimeoutMs: 5_000, // and more for large messages, at the slowest pace that is accepted:
  slowestBytesPerSecond: 16_384,
  connectionLimitPerAddress: 64,
})`,
  },
  run: async (bench) => {
    bench.say('a server with an idle timeout')
    const { port } = await bench.listen((socket) => {
      socket.resume()
      socket.setTimeout(IDLE_MS, () => socket.destroy())
    })
    const naive = await attack(bench, port, longestOf(bench))
    bench.say('a server with a time for each message')
    const limits = { messageTimeoutMs: MESSAGE_MS, openingTimeoutMs: OPENING_MS, listen: ['127.0.0.1:0'] }
    const server = bench.host(new PlainServer({ ...limits, handler: Plain }))
    await server.start()
    const ours = await attack(bench, server.address.port, OUT_MS)
    const codes = new Set(server.causes.map(codeOfError))
    server.causes.length = 0
    bench.say('attackers that say nothing at all')
    await attack(bench, server.address.port, OUT_MS, true)
    const silentCodes = new Set(server.causes.map(codeOfError))
    return {
      measured: {
        naive: naive.stillHeld,
        ours: ours.stillHeld,
        afterMs: ours.lastOutMs ?? Number.POSITIVE_INFINITY,
        code: [...codes].join(', '),
        silent: [...silentCodes].join(', '),
      },
      figures: [
        {
          kind: 'plot',
          title: `connections that ${ATTACKERS} attackers hold`,
          x: { title: 'time', unit: 'ms' },
          y: { title: 'connections' },
          shape: 'steps',
          series: [
            { name: 'idle timeout', points: naive.held },
            { name: 'time for each message', points: ours.held },
          ],
        },
      ],
      remarks: [
        `The attack cost ${quantity(naive.sentBytes, 'B')} in all; the attackers of the careful server got rid ` +
          `of ${quantity(ours.sentBytes, 'B')}.`,
      ],
    }
  },
})
