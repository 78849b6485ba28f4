import { once } from 'node:events'
import { connect } from 'node:net'
import { noisePayload, type Payload, whole } from '@/cli/payload.js'
import { oddPieces } from '@/cli/tour/oddPieces.js'
import { Client, Connection, type ConnectionOptions } from '@/core/index.js'
import { faultyStream } from '@/lab/index.js'

/** How one way of sending went. */
export interface Leg {
  readonly name: string
  readonly messages: number
  readonly bytes: number
  readonly ms: number
  /** Messages whose SHA-256 the other process found to be another. */
  readonly wrong: number
}

/** Keeps what it receives for `receive()`. */
export class Asking extends Connection {}
class AskingClient extends Client<Asking> {
  constructor(options: ConnectionOptions) {
    super({ ...options, handler: Asking })
  }
}

/** From nothing to 64 MiB, on both sides of every width that matters. */
const SIZES = [0, 1, 5, 255, 256, 4_096, 65_535, 65_536, 1_048_576, 8_388_609, 67_108_864]
const QUICK_SIZES = [0, 1, 5, 255, 256, 65_536]
/** Larger messages are sent from a source, in pieces. */
const WHOLE_BYTES = 1_048_576

/** What each leg of the tour carries there and back. */
export const legPayloads = (quick: boolean): readonly Payload[] => (quick ? QUICK_SIZES : SIZES).map(noisePayload)

/** Runs `use` with a connection of these options to the digesting server. */
export const withClient = async <T>(
  port: number,
  options: ConnectionOptions,
  use: (connection: Asking) => Promise<T>,
): Promise<T> => {
  await using client = new AskingClient(options)
  return await use(await client.connectTo(port))
}

/** Runs `use` with a connection whose socket takes and gives odd pieces only. */
export const withOddPieces = async <T>(port: number, use: (connection: Asking) => Promise<T>): Promise<T> => {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true })
  await once(socket, 'connect')
  const connection = new Asking({ pipeline: true })
  const { stream } = faultyStream(socket, 'opener', { faults: [oddPieces] })
  const over = connection.run(stream, 'opener')
  try {
    return await use(connection)
  } finally {
    await connection.close()
    await over
  }
}

const wholeIfSmall = async (payload: Payload): Promise<Buffer | undefined> =>
  payload.size > WHOLE_BYTES ? undefined : whole(payload)

/** Sends every payload, in order and without waiting, and compares the SHA-256 that comes back for each. */
export const runLeg = async (name: string, connection: Asking, payloads: readonly Payload[]): Promise<Leg> => {
  const wholes = await Promise.all(payloads.map(wholeIfSmall))
  const startedMs = performance.now()
  const sending = Promise.all(
    payloads.map((payload, index) => {
      const bytes = wholes[index]
      return bytes === undefined
        ? connection.transmitStream(payload.pieces(), payload.size)
        : connection.transmit(bytes)
    }),
  )
  sending.catch(() => {}) // the first answer that does not come says so
  let wrong = 0
  for (const { sha256 } of payloads) if ((await connection.receive()).toString('hex') !== sha256) wrong++
  await sending
  const bytes = payloads.reduce((sum, { size }) => sum + size, 0)
  return { name, messages: payloads.length, bytes, ms: performance.now() - startedMs, wrong }
}
