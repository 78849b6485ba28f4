import { createHash, type Hash } from 'node:crypto'
import { createServer, type Server as NetServer } from 'node:net'
import { addAbortSignal, type Readable } from 'node:stream'
import { HELP, readArguments } from '@/cli/arguments.js'
import type { Command } from '@/cli/command.js'
import type { Io } from '@/cli/io.js'
import { WireLog } from '@/cli/tour/wireLog.js'
import { Connection, type ConnectionOptions, Server } from '@/core/index.js'

/**
 * Answers each message with its SHA-256. It does not wait for its answer to leave: the other end may be sending a
 * message that is too large to hold, and what lets the answer leave stands behind it.
 */
class Digesting extends Connection {
  protected override transmissionReceived(message: Buffer): void {
    this.#answer(createHash('sha256').update(message))
  }

  protected override async transmissionStream(_size: number, readable: Readable): Promise<void> {
    const hash = createHash('sha256')
    for await (const piece of readable) if (piece instanceof Uint8Array) hash.update(piece)
    this.#answer(hash)
  }

  #answer(hash: Hash): void {
    this.transmit(hash.digest()).catch(() => {}) // then the connection is over, and the other end knows it
  }
}

/** Counts messages; an empty one asks how many bytes there were. */
class Counting extends Connection {
  #bytes = 0

  protected override transmissionReceived(message: Buffer): void | Promise<void> {
    this.#bytes += message.length
    if (message.length > 0) return undefined
    const told = this.transmit(Buffer.from(String(this.#bytes)))
    this.#bytes = 0
    return told
  }
}

class PeerServer<C extends Connection> extends Server<C> {
  constructor(
    private readonly make: () => C,
    options?: ConnectionOptions,
  ) {
    super({ ...options, listen: [0] })
  }

  get port(): number {
    return this.addresses[0]?.port ?? 0
  }

  protected override createConnection(): C {
    return this.make()
  }
}

/** Bytes of one bare message: as many as a framed message of 64 bytes has. */
export const BARE_BYTES = 68

/** One byte back for every 68. */
const pingPong = (): NetServer =>
  createServer({ noDelay: true }, (socket) => {
    let bytes = 0
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      const answers = Math.floor(bytes / BARE_BYTES)
      bytes %= BARE_BYTES
      if (answers > 0) socket.write(Buffer.alloc(answers, 0xff))
    })
  })

/** Throws away what comes; at its end tells how many bytes that was. */
const drain = (): NetServer =>
  createServer({ allowHalfOpen: true }, (socket) => {
    let bytes = 0
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    socket.on('end', () => socket.end(String(bytes)))
  })

const listening = (server: NetServer): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })

const run = async (args: readonly string[], io: Io): Promise<number> => {
  readArguments(args, HELP, 0)
  const log = new WireLog()
  const servers = [new PeerServer(() => new Digesting()), new PeerServer(() => new Counting())] as const
  const bare = [pingPong(), drain()] as const
  await Promise.all(servers.map((server) => server.start()))
  const [digest, count] = servers.map(({ port }) => port)
  const [echo, sink] = await Promise.all(bare.map(listening))
  io.stdout.write(`${JSON.stringify({ event: 'ready', digest, count, echo, sink })}\n`)
  try {
    for await (const line of addAbortSignal(io.stop, io.stdin)) {
      if (String(line).startsWith('wire')) {
        log.end()
        io.stdout.write(`${JSON.stringify({ event: 'wire', rows: log.rows })}\n`)
      }
    }
  } catch {
    // whoever started us has gone, or a signal has come
  }
  log.end()
  for (const server of bare) server.close()
  await Promise.all(servers.map((server) => server.destroy()))
  return 0
}

/** The other process of the tour. */
export const tourPeer: Command = {
  options: HELP,
  examples: [['tour', 'starts it']],
  run,
}
