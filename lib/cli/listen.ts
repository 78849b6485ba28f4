import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { addressFacts, addressFrom } from '@/cli/addressOption.js'
import { byteCount } from '@/cli/amounts.js'
import { bytesFrom, HELP, needed, numberFrom, type Options, readArguments } from '@/cli/arguments.js'
import { SERVER_TLS, serverTls, tellCertificate } from '@/cli/certificates.js'
import type { Command } from '@/cli/command.js'
import { drained } from '@/cli/drained.js'
import { complain, failureLine } from '@/cli/failure.js'
import { FRAMING, framingFrom } from '@/cli/framingOption.js'
import type { Io } from '@/cli/io.js'
import { Report } from '@/cli/report.js'
import { Connection, Server, type ServerOptions } from '@/core/index.js'
import { TransportError } from '@/errors.js'

const OPTIONS = {
  echo: { type: 'boolean', help: 'sends every message back' },
  pipeline: { type: 'boolean', help: 'sends back without waiting for the answer to each length' },
  ...FRAMING,
  'max-message': { type: 'string', value: 'BYTES', help: 'largest message accepted; 8M unless given' },
  limit: { type: 'string', value: 'N', help: 'connections at once; 16384 unless given' },
  ...SERVER_TLS,
  json: { type: 'boolean', help: 'one object a line instead of sentences' },
  ...HELP,
} as const satisfies Options

const MAX_LENGTH = 0xf0ff_ffff
/** Larger messages are hashed as they come, and not held. */
const HELD_BYTES = 8_388_608
/** Echoes that may wait to leave before no more is read. */
const AHEAD_MESSAGES = 32_768

/** Tells what happens to it; echoes if it is to. */
class Heard extends Connection {
  constructor(
    private readonly report: Report,
    private readonly echo: boolean,
  ) {
    super()
  }

  protected override preLoop(): void {
    const remote = this.remoteAddress ?? null
    this.report.tell('opened', { id: this.id, remote }, `${this.#name()} opened from ${remote ?? 'a unix socket'}`)
  }

  protected override async transmissionReceived(message: Buffer): Promise<void> {
    this.#tell(message.length, createHash('sha256').update(message).digest('hex'))
    if (this.echo) await this.#sendBack(message)
  }

  protected override postLoop(cause: Error | undefined): void {
    const code = cause instanceof TransportError ? cause.code : (cause?.name ?? null)
    const why = cause === undefined ? 'in good order' : failureLine(cause, OPTIONS)
    this.report.tell('closed', { id: this.id, cause: code }, `${this.#name()} closed ${why}`)
  }

  protected async hashed(size: number, readable: Readable): Promise<void> {
    const hash = createHash('sha256')
    for await (const piece of readable) if (piece instanceof Uint8Array) hash.update(piece)
    this.#tell(size, hash.digest('hex'))
  }

  /** Reads on while little waits: the answer to a length of ours may stand behind a window full of small messages. */
  #sendBack(message: Buffer): Promise<void> | undefined {
    const sent = this.transmit(message)
    const { messages, bytes } = this.outbound
    if (messages > AHEAD_MESSAGES || bytes > HELD_BYTES) return sent
    sent.catch(() => {}) // what ended the connection is told when it is over
    return undefined
  }

  #tell(bytes: number, sha256: string): void {
    this.report.tell('message', { id: this.id, bytes, sha256 }, `${this.#name()} ${byteCount(bytes)}  sha256 ${sha256}`)
  }

  /** Enough of the id to tell connections apart. */
  #name(): string {
    return this.id.slice(0, 8)
  }
}

/** Does not hold large messages; for a listener that need not send them back. */
class HeardInPieces extends Heard {
  protected override transmissionStream(size: number, readable: Readable): Promise<void> {
    return this.hashed(size, readable)
  }
}

class Listener extends Server<Heard> {
  constructor(
    options: ServerOptions<Heard>,
    private readonly io: Io,
    private readonly report: Report,
    private readonly echo: boolean,
  ) {
    super(options)
  }

  protected override createConnection(): Heard {
    return this.echo ? new Heard(this.report, true) : new HeardInPieces(this.report, false)
  }

  protected override errorRaised(error: TransportError): void {
    complain(this.io, failureLine(error, OPTIONS))
  }
}

const run = async (args: readonly string[], io: Io): Promise<number> => {
  const { values, positionals } = readArguments(args, OPTIONS, 1)
  const address = addressFrom(needed(positionals, 0, '[HOST:]PORT'))
  const echo = values.echo === true
  const max = bytesFrom(values['max-message'] ?? '8M', '--max-message', 1, MAX_LENGTH)
  const limit = values.limit === undefined ? {} : { connectionLimit: numberFrom(values.limit, '--limit', 1, 1_000_000) }
  const options = {
    listen: [address],
    framing: framingFrom(values.framing),
    pipeline: values.pipeline === true,
    maxMessageBytes: echo ? max : Math.min(max, HELD_BYTES),
    maxStreamBytes: max,
    ...limit,
  }
  const report = new Report(io, values.json === true)
  const secured = await serverTls(values, address)
  const server = new Listener(secured === undefined ? options : { ...options, tls: secured.tls }, io, report, echo)
  await server.start()
  tellCertificate(secured, report)
  for (const place of server.addresses) report.tell('listening', addressFacts(place), `listening on ${String(place)}`)
  await drained(server, io, report, OPTIONS)
  return 0
}

export const listen: Command = {
  usage: '[HOST:]PORT [options]',
  options: OPTIONS,
  notes: [
    'PORT alone listens on 127.0.0.1, :PORT on all addresses, port 0 on any that is free;\nunix:PATH is a unix socket. SIGINT and SIGTERM let what has begun be finished.',
    'With --json the lines are\n  {"event":"listening","host","port"}    {"event":"opened","id","remote"}\n  {"event":"message","id","bytes","sha256"}    {"event":"closed","id","cause"}\n  {"event":"turnedAway","remote","cause","more"}    {"event":"certificate","fingerprint256"}\n  {"event":"drained","finished","refused","cut"}',
  ],
  examples: [
    ['listen 4000 --echo', 'on 127.0.0.1, sends everything back'],
    ['listen :4000 --limit 2 --json', 'on all addresses, two connections at once, for a program to read'],
    ['listen 4000 --tls --save-cert server.pem', 'then: framewright send localhost:4000 --tls --ca server.pem'],
  ],
  run,
}
