import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type Asking, withClient } from '@/cli/tour/legs.js'
import type { PeerPorts } from '@/cli/tour/peerProcess.js'
import { BARE_BYTES } from '@/cli/tour/tourPeer.js'

/** How fast one way of sending is. */
export interface Rate {
  readonly name: 'strict' | 'pipelined' | 'bare socket'
  /** Of 64 bytes. */
  readonly messagesPerSecond: number
  /** In messages of 1 MiB. */
  readonly bytesPerSecond: number
}

const SMALL = Buffer.alloc(64, 7)
const LARGE = Buffer.alloc(1_048_576, 7)

const ROUNDS = 3

/**
 * Measures each way, in rounds of about `forMs` for small and for large messages, and gives the medians. The rounds take
 * turns, so that whatever else this machine does meanwhile meets all of them.
 */
export const measure = (ports: PeerPorts, forMs: number): Promise<readonly Rate[]> =>
  withClient(ports.count, {}, (strict) =>
    withClient(ports.count, { pipeline: true }, async (pipelined) => {
      const ways: readonly Way[] = [
        { name: 'strict', small: (ms) => flood(strict, SMALL, 100, ms), large: (ms) => flood(strict, LARGE, 4, ms) },
        {
          name: 'pipelined',
          small: (ms) => flood(pipelined, SMALL, 2_000, ms),
          large: (ms) => flood(pipelined, LARGE, 4, ms),
        },
        {
          name: 'bare socket',
          small: (ms) => bareRoundTrips(ports.echo, ms),
          large: (ms) => bareStream(ports.sink, ms),
        },
      ]
      const found = ways.map(({ name }) => new Found(name))
      for (const way of ways) await way.small(forMs / 4) // warms up
      for (let round = 0; round < ROUNDS; round++) {
        for (const [index, way] of ways.entries()) {
          found[index]?.small.push(await way.small(forMs))
          found[index]?.large.push(await way.large(forMs))
        }
      }
      return found.map(({ name, small, large }) => ({
        name,
        messagesPerSecond: Math.round(median(small)),
        bytesPerSecond: Math.round(median(large)),
      }))
    }),
  )

/** What the rounds of one way have found. */
class Found {
  readonly small: number[] = []
  readonly large: number[] = []

  constructor(readonly name: Rate['name']) {}
}

interface Way {
  readonly name: Rate['name']
  /** Messages a second. */
  small(forMs: number): Promise<number>
  /** Bytes a second. */
  large(forMs: number): Promise<number>
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0

/**
 * Sends in bursts until the time is over; the clock stops when the other end has told how much it has.
 * @returns messages a second, or bytes a second of large ones
 */
const flood = async (connection: Asking, message: Buffer, burst: number, forMs: number): Promise<number> => {
  const startedMs = performance.now()
  let count = 0
  do {
    let last = Promise.resolve()
    for (let index = 0; index < burst; index++) last = connection.transmit(message)
    count += burst
    await last
  } while (performance.now() - startedMs < forMs)
  await connection.transmit(Buffer.alloc(0))
  const arrived = Number((await connection.receive()).toString())
  if (arrived !== count * message.length) throw new Error(`${arrived} of ${count * message.length} bytes arrived`)
  const units = message === LARGE ? count * LARGE.length : count
  return (units * 1_000) / (performance.now() - startedMs)
}

/** The same bytes as a strict message, and one byte back, with nothing of ours in between. */
const bareRoundTrips = async (port: number, forMs: number): Promise<number> => {
  const socket = await connected(port)
  const ping = Buffer.alloc(BARE_BYTES, 7)
  let count = 0
  const startedMs = performance.now()
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the other process has ended')))
    socket.on('data', () => {
      count++
      if (performance.now() - startedMs < forMs) socket.write(ping)
      else resolve()
    })
    socket.write(ping)
  })
  const passedMs = performance.now() - startedMs
  socket.destroy()
  return (count * 1_000) / passedMs
}

/** 1 MiB writes, thrown away on arrival. */
const bareStream = async (port: number, forMs: number): Promise<number> => {
  const socket = await connected(port)
  const startedMs = performance.now()
  let bytes = 0
  while (performance.now() - startedMs < forMs) {
    bytes += LARGE.length
    if (!socket.write(LARGE)) await once(socket, 'drain')
  }
  socket.end()
  const told: Buffer[] = []
  for await (const chunk of socket) if (chunk instanceof Buffer) told.push(chunk)
  const passedMs = performance.now() - startedMs
  const arrived = Number(Buffer.concat(told).toString())
  if (arrived !== bytes) throw new Error(`${arrived} of ${bytes} bytes arrived`)
  return (bytes * 1_000) / passedMs
}

const connected = async (port: number): Promise<Socket> => {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  await once(socket, 'connect')
  return socket
}
