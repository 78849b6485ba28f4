import { byteCount, duration, grouped, pace } from '@/cli/amounts.js'
import { HELP, type Options, readArguments } from '@/cli/arguments.js'
import type { Command } from '@/cli/command.js'
import type { Io } from '@/cli/io.js'
import { paintFor } from '@/cli/paint.js'
import { Report } from '@/cli/report.js'
import { exchangeOf, ladderOf, type Said } from '@/cli/tour/exchange.js'
import { type Asking, type Leg, legPayloads, runLeg, withClient, withOddPieces } from '@/cli/tour/legs.js'
import { PeerProcess, type PeerPorts } from '@/cli/tour/peerProcess.js'
import { measure, type Rate } from '@/cli/tour/rates.js'
import { WireLog } from '@/cli/tour/wireLog.js'
import { typedName } from '@/cli/typedName.js'
import type { Paint } from '@/lab/index.js'

const OPTIONS = {
  quick: { type: 'boolean', help: 'messages up to 64 KiB only, and short measurements' },
  json: { type: 'boolean', help: 'one object a line instead of pictures' },
  ...HELP,
} as const satisfies Options

/** Should anything hang, the tour does not. */
const LONGEST_MS = 120_000

/** The tour, one station after the other. */
class Tour {
  readonly #report: Report
  readonly #paint: Paint
  readonly #peer: PeerProcess
  readonly #quick: boolean
  readonly #name: string

  constructor(io: Io, peer: PeerProcess, quick: boolean, json: boolean) {
    this.#report = new Report(io, json)
    this.#paint = paintFor(io.stdout, io.environment)
    this.#peer = peer
    this.#quick = quick
    this.#name = typedName(io, process.cwd())
  }

  /** @returns whether every byte arrived */
  async run(): Promise<boolean> {
    const ports = await this.#peer.ports()
    this.#report.say(
      `\n${this.#paint('bold', '  framewright')}: messages across sockets, whole\n\n` +
        `  This is the client. The server is another process, ${this.#peer.pid}, and between the\n` +
        '  two there are real sockets. It answers every message with its SHA-256.\n\n',
    )
    const exchange = await this.#firstExchange(ports)
    this.#report.tell('exchange', { steps: exchange })
    this.#report.say(`${ladderOf(exchange, this.#paint)}\n`)
    const legs = await this.#legs(ports)
    const rates = await measure(ports, this.#quick ? 20 : 300)
    this.#report.tell('rates', { rates })
    this.#report.say(this.#table(rates))
    const wrong = legs.reduce((sum, leg) => sum + leg.wrong, 0)
    const bytes = legs.reduce((sum, leg) => sum + leg.bytes, 0)
    this.#report.tell('done', { ok: wrong === 0, bytes, wrong })
    this.#report.say(this.#ending(bytes, wrong))
    return wrong === 0
  }

  async #firstExchange({ digest }: PeerPorts): Promise<readonly Said[]> {
    const log = new WireLog()
    try {
      await withClient(digest, {}, async (connection) => {
        await connection.transmit(Buffer.from('hello'))
        await connection.receive()
      })
    } finally {
      log.end()
    }
    return exchangeOf(log.rows, await this.#peer.wireRows())
  }

  async #legs({ digest }: PeerPorts): Promise<readonly Leg[]> {
    const payloads = legPayloads(this.#quick)
    const most = byteCount(Math.max(...payloads.map(({ size }) => size)))
    this.#report.say(`  ${payloads.length} messages from 0 B to ${most}, each compared by its SHA-256\n\n`)
    const go = (name: string) => (connection: Asking) => runLeg(name, connection, payloads)
    const legs: Leg[] = []
    const told = (leg: Leg): void => {
      legs.push(leg)
      const { name, messages, bytes, ms, wrong } = leg
      this.#report.tell(
        'leg',
        { name, messages, bytes, ms: Math.round(ms), wrong, ok: wrong === 0 },
        this.#legLine(leg),
      )
    }
    told(await withClient(digest, {}, go('strict')))
    told(await withClient(digest, { pipeline: true }, go('pipelined')))
    told(await withOddPieces(digest, go('odd pieces')))
    this.#report.say(
      `\n  ${this.#paint('dim', 'strict: a payload waits for the yes to its length. pipelined: it does not.')}\n` +
        `  ${this.#paint('dim', 'odd pieces: pipelined, over a socket that takes 1 to 7 bytes, or a prime.')}\n\n`,
    )
    return legs
  }

  #legLine({ name, messages, bytes, ms, wrong }: Leg): string {
    const verdict =
      wrong === 0
        ? this.#paint('green', 'every SHA-256 the same')
        : this.#paint('red', `${wrong} of ${messages} differ`)
    return `  ${name.padEnd(12)}${byteCount(bytes).padStart(10)}${duration(ms).padStart(10)}${pace(bytes, ms).padStart(14)}   ${verdict}`
  }

  #table(rates: readonly Rate[]): string {
    const line = (name: string, small: string, large: string): string =>
      `  ${name.padEnd(14)}${small.padStart(24)}${large.padStart(24)}`
    const rows = rates.map(({ name, messagesPerSecond, bytesPerSecond }) =>
      line(name, `${grouped(messagesPerSecond)} /s`, `${grouped(bytesPerSecond / 1e6)} MB/s`),
    )
    return [
      this.#paint('bold', line('measured now', 'messages of 64 B', 'messages of 1 MiB')),
      ...rows,
      '',
      `  ${this.#paint('dim', 'bare socket: the same bytes and one back; writes, thrown away on arrival.')}`,
      '',
      '',
    ].join('\n')
  }

  #ending(bytes: number, wrong: number): string {
    if (wrong > 0)
      return `  ${this.#paint('red', `${wrong} messages arrived changed. That must never happen: please report it.`)}\n\n`
    const line = (command: string, what: string): string =>
      `    ${this.#paint('cyan', `${this.#name} ${command}`)}\n        ${what}\n`
    return (
      `  ${this.#paint('green', `All ${byteCount(bytes)} arrived as they were sent.`)} What to try next:\n\n` +
      line('listen 4000 --echo', 'a server, and in another window') +
      line('send 4000 --text hi --echo', 'something for it') +
      line('chat listen 8088', 'a chat; join with chat join 8088') +
      line('files serve 8088', 'your files; see files get --help') +
      line('--help', 'everything else') +
      '\n'
    )
  }
}

const run = async (args: readonly string[], io: Io): Promise<number> => {
  const { values } = readArguments(args, OPTIONS, 0)
  const peer = new PeerProcess(io.self)
  const stop = AbortSignal.any([io.stop, AbortSignal.timeout(LONGEST_MS)])
  const kill = (): void => peer.kill()
  stop.addEventListener('abort', kill, { once: true })
  try {
    const whole = await new Tour(io, peer, values.quick === true, values.json === true).run()
    return whole ? 0 : 1
  } finally {
    stop.removeEventListener('abort', kill)
    await peer.end()
  }
}

export const tour: Command = {
  usage: '[options]',
  options: OPTIONS,
  notes: ['It ends with exit code 0 only if every byte arrived as it was sent.'],
  examples: [
    ['tour', 'the whole of it'],
    ['tour --quick --json', 'in a second or two, for a program to read'],
  ],
  run,
}
