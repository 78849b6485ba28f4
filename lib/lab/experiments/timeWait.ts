import { createServer, type Socket } from 'node:net'
import type { Bench } from '@/lab/experiments/frame/bench.js'
import { codeIn } from '@/lab/experiments/frame/codeIn.js'
import { experiment } from '@/lab/experiments/frame/experiment.js'
import { type KernelSocket, kernelSetting, kernelSockets, UNSEEN } from '@/lab/experiments/frame/kernelSockets.js'

const TIME_WAIT_MS = 60_000
const SETTLE_MS = 30
const [FIRST_PORT = 32_768, LAST_PORT = 60_999] = kernelSetting('ip_local_port_range') ?? []
const PORTS = LAST_PORT - FIRST_PORT + 1

/** Who ends a connection first, and how. */
type Ending = 'the client first' | 'the server first' | 'a reset'

/** What a number of short connections leaves behind. */
interface Left {
  readonly port: number
  /** Entries at the client's side and at the server's; undefined where the system does not tell. */
  readonly waiting: { readonly client: number; readonly server: number; readonly timerMs: number } | undefined
  readonly lastLocalPort: number
}

const shortLived = async (bench: Bench, ending: Ending, count: number): Promise<Left> => {
  const { port, server } = await bench.listen(
    (socket) => {
      socket.resume()
      if (ending === 'the server first') socket.end()
      socket.once('end', () => socket.end())
    },
    { allowHalfOpen: true },
  )
  // A port that is free to listen at may have entries of others who have used it.
  const before = new Set(kernelSockets(port)?.map(pairOf))
  let lastLocalPort = 0
  for (let at = 0; at < count; at++) {
    if (at % 20 === 0) bench.say(`short connections, ${ending} ends them`, at / count)
    const socket = await bench.connect(port, { allowHalfOpen: true })
    lastLocalPort = socket.localPort ?? 0
    await over(bench, socket, ending)
  }
  await bench.pause(SETTLE_MS)
  const sockets = kernelSockets(port)?.filter((one) => one.state === 'TIME_WAIT' && !before.has(pairOf(one)))
  await bench.event((done) => server.close(() => done()))
  const client = sockets?.filter(({ remotePort }) => remotePort === port).length ?? 0
  const timerMs = Math.max(0, ...(sockets ?? []).map((socket) => socket.timerMs))
  const waiting = sockets === undefined ? undefined : { client, server: sockets.length - client, timerMs }
  return { port, waiting, lastLocalPort }
}

const pairOf = ({ localPort, remotePort }: KernelSocket): string => `${localPort} ${remotePort}`

const over = (bench: Bench, socket: Socket, ending: Ending): Promise<void> => {
  const closed = bench.event((done) => socket.once('close', () => done()))
  socket.resume()
  if (ending === 'a reset') socket.resetAndDestroy()
  else if (ending === 'the client first') socket.end()
  else socket.once('end', () => socket.end())
  return closed
}

const listening = (bench: Bench, port: number): Promise<string> => {
  const server = createServer()
  const attempt = new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  })
  const close = (): Promise<void> => new Promise((resolve) => void server.close(() => resolve()))
  bench.use({ [Symbol.asyncDispose]: () => attempt.then(close, () => {}) })
  return codeIn(attempt, 'it listens')
}

export const timeWait = experiment({
  name: 'time-wait',
  question:
    'All my connections are closed. Why are there hundreds of sockets in TIME-WAIT, and may I use the port again?',
  lesson:
    'Who ends a connection first keeps its pair of addresses for a minute; a server may listen again at once, ' +
    'but a client that opens thousands runs out of ports: keep connections, and let clients end them.',
  predict: (bench) => {
    const count = bench.rounds(200, 20)
    return {
      client: {
        what: `entries at the client after ${count} connections that it ended first`,
        from: count * 0.9,
        to: count,
        unit: 'sockets',
        because:
          'the end that closes first must be able to repeat its last ACK, and keeps late segments from the ' +
          'next connection with these addresses',
        otherwise: 'the system keeps fewer (tcp_max_tw_buckets)',
      },
      server: {
        what: `entries at the server after ${count} connections that it ended first`,
        from: count * 0.9,
        to: count,
        unit: 'sockets',
        because: 'the rule does not know clients and servers, only who was first',
        otherwise: 'the system keeps fewer (tcp_max_tw_buckets)',
      },
      reset: {
        what: `entries after ${count} connections that ended by a reset`,
        from: 0,
        to: 0,
        unit: 'sockets',
        because: 'a reset forgets the connection at both ends, and everything that was under way with it',
        otherwise: 'that would be a fault of the system',
      },
      timer: {
        what: 'how long the newest of them stays',
        from: TIME_WAIT_MS - 2_000,
        to: TIME_WAIT_MS,
        unit: 'ms',
        because: 'Linux fixes it at 60 s; its own timer in /proc/net/tcp says so',
        otherwise: 'this system keeps them for another time',
      },
      again: {
        what: 'listening again at a port with such entries',
        is: 'it listens',
        because: 'Node.js sets SO_REUSEADDR on listeners, which allows just this',
        otherwise: 'somebody else has taken the port meanwhile',
      },
      second: {
        what: 'listening at a port where somebody listens',
        is: 'EADDRINUSE',
        because: 'that is another matter, which SO_REUSEADDR does not allow on Linux',
        otherwise: 'this system lets several listen at one port',
      },
      rebind: {
        what: 'connecting from the local port of such an entry',
        is: 'EADDRINUSE',
        because:
          'the port was chosen by the system when it was first used, without SO_REUSEADDR, so it is not given away',
        otherwise: 'the system lets loopback connections use it again (tcp_tw_reuse)',
      },
    }
  },
  advice: {
    words:
      'Make one connection and keep it; the messages of a connection cost no port. Where many short ones are ' +
      'needed, let the client end them, so that entries pile up where the ports are many: at the clients.',
    code: `
import { connect, type Socket } from 'node:net'

let kept: Socket | undefined

export const line = (): Socket => {
  if (kept === undefined || kept.destroyed) {
    kept = connect({ port: 4000, host: '127.0.0.1', noDelay: true, keepAlive: true })
    kept.on('error', (error) => console.error(error.message))
  }
  return kept
}`,
  },
  run: async (bench) => {
    const count = bench.rounds(200, 20)
    const client = await shortLived(bench, 'the client first', count)
    const rebind = await codeIn(
      bench.connect((await bench.listen(() => {})).port, {
        localAddress: '127.0.0.1',
        localPort: client.lastLocalPort,
      }),
      'connected',
    )
    const server = await shortLived(bench, 'the server first', count)
    const again = await listening(bench, server.port)
    const second = await listening(bench, server.port)
    const reset = await shortLived(bench, 'a reset', count)
    return {
      measured: {
        client: client.waiting?.client ?? UNSEEN,
        server: server.waiting?.server ?? UNSEEN,
        reset: reset.waiting === undefined ? UNSEEN : reset.waiting.client + reset.waiting.server,
        timer: client.waiting?.timerMs ?? UNSEEN,
        again,
        second,
        rebind: client.waiting === undefined ? UNSEEN : rebind,
      },
      figures: [
        {
          kind: 'bars',
          title: `sockets in TIME_WAIT after ${count} connections`,
          axis: { title: 'sockets' },
          bars: [
            { name: 'the client ended first: at the client', value: client.waiting?.client ?? 0 },
            { name: 'the client ended first: at the server', value: client.waiting?.server ?? 0 },
            { name: 'the server ended first: at the client', value: server.waiting?.client ?? 0 },
            { name: 'the server ended first: at the server', value: server.waiting?.server ?? 0 },
            { name: 'ended by a reset', value: (reset.waiting?.client ?? 0) + (reset.waiting?.server ?? 0) },
          ],
        },
      ],
      remarks: [
        `Ports ${FIRST_PORT} to ${LAST_PORT} are there for clients of this machine: ${PORTS} for each address ` +
          'they connect to. ' +
          `At ${TIME_WAIT_MS / 1_000} s each, more than ${Math.floor((PORTS * 1_000) / TIME_WAIT_MS)} ` +
          'connections a second to one address use them up ' +
          '(EADDRNOTAVAIL), unless the system takes pairs again earlier (tcp_tw_reuse, which Linux does on the ' +
          'loopback interface).',
      ],
    }
  },
})
