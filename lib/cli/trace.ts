import { addressFacts, addressFrom, targetFrom } from '@/cli/addressOption.js'
import { byteCount, counted } from '@/cli/amounts.js'
import { HELP, needed, numberFrom, oneOf, type Options, readArguments } from '@/cli/arguments.js'
import { CaptureFile } from '@/cli/captureFile.js'
import type { Command } from '@/cli/command.js'
import { complain, failureLine } from '@/cli/failure.js'
import { FAULT_NOTES, FAULTS, faultsFrom, faultsOfLine, seedFrom } from '@/cli/faultOption.js'
import type { Io } from '@/cli/io.js'
import { PageFile } from '@/cli/pageFile.js'
import { paintFor } from '@/cli/paint.js'
import { Report } from '@/cli/report.js'
import { stopped } from '@/cli/stopped.js'
import { traceRecorded } from '@/cli/traceRecorded.js'
import { typedLines } from '@/cli/typedLines.js'
import { UsageError } from '@/cli/usageError.js'
import {
  Capture,
  captureProxy,
  dialectNamed,
  DIALECTS,
  Ladder,
  Proxy,
  type ProxyEvent,
  proxyTap,
  TRACE_TABLE_RANGES,
  type TraceEvent,
  type TraceRow,
  traceRow,
  WIRES,
} from '@/lab/index.js'
import { TransportError } from '@/errors.js'

const OPTIONS = {
  framing: { type: 'string', value: 'NAME', help: 'how it is read along, see below; handshake unless given' },
  ...FAULTS,
  live: { type: 'boolean', help: 'each line typed says what goes wrong from then on; an empty one, nothing' },
  pcap: { type: 'string', value: 'FILE', help: 'writes a capture for Wireshark, too (pcapng)' },
  html: { type: 'string', value: 'FILE', help: 'writes a page to move and zoom in, when it ends' },
  'max-rows': { type: 'string', value: 'N', help: 'rows that such a page keeps at most, 1000000 unless given' },
  from: {
    type: 'string',
    value: 'FILE',
    help: 'draws what --json has printed before, instead of listening; - is standard input',
  },
  json: { type: 'boolean', help: 'one object a line instead of a ladder' },
  bytes: { type: 'boolean', help: 'with --json all bytes, not the first 64 of each: for "replay"' },
  ...HELP,
} as const satisfies Options

/** Prints what happens at a proxy, row by row, and counts it. */
class Printer {
  readonly #report: Report
  readonly #ladder: Ladder
  readonly #startMs = performance.now()
  readonly #wholeBytes: boolean
  readonly bytes = { opener: 0, acceptor: 0 }
  conversations = 0
  faults = 0

  constructor(report: Report, ladder: Ladder, wholeBytes: boolean) {
    this.#report = report
    this.#ladder = ladder
    this.#wholeBytes = wholeBytes
  }

  /** @returns the row that was printed */
  print(event: TraceEvent): TraceRow {
    // Those whose target was not reached have no beginning.
    this.conversations = Math.max(this.conversations, event.conversation)
    if (event.kind === 'said') this.bytes[event.from] += event.bytes.length
    else if (event.kind === 'note') this.faults++
    const row = traceRow(event, this.#startMs, this.#wholeBytes)
    this.#report.tell(row.event, row, this.#ladder.row(row))
    return row
  }

  summary(): void {
    const { conversations, faults } = this
    const { opener, acceptor } = this.bytes
    const sentence = `${counted(conversations, 'conversation')}: ${byteCount(opener)} up, ${byteCount(acceptor)} down, ${counted(faults, 'fault')}`
    this.#report.tell('done', { conversations, upBytes: opener, downBytes: acceptor, faults }, sentence)
  }
}

const run = async (args: readonly string[], io: Io): Promise<number> => {
  const { values, positionals } = readArguments(args, OPTIONS, 2)
  const [fallbackRows, leastRows, mostRows] = TRACE_TABLE_RANGES.maxRows
  const maxRows = numberFrom(values['max-rows'] ?? String(fallbackRows), '--max-rows', leastRows, mostRows)
  if (values['max-rows'] !== undefined && values.html === undefined)
    throw new UsageError('--max-rows makes sense with --html only')
  if (values.from !== undefined) {
    const { from, html, json = false, framing, pcap, fault, seed, live, bytes } = values
    if (positionals.length > 0 || [framing, pcap, fault, seed, live, bytes].some((value) => value !== undefined))
      throw new UsageError('--from goes with --html, --max-rows and --json only')
    return traceRecorded({ from, html, maxRows, json }, io)
  }
  if (values.bytes === true && values.json !== true) throw new UsageError('--bytes makes sense with --json only')
  const listen = addressFrom(needed(positionals, 0, 'LISTEN'))
  const target = targetFrom(needed(positionals, 1, 'TARGET'))
  const names = DIALECTS.map(({ name }) => name)
  const dialect = dialectNamed(oneOf(values.framing ?? 'handshake', '--framing', names))
  const faults = faultsFrom(values.fault)
  const seed = seedFrom(values.seed)
  if (values.seed !== undefined && faults.length === 0 && values.live !== true)
    throw new UsageError('--seed makes sense with --fault or --live only')
  const report = new Report(io, values.json === true)
  const ladder = new Ladder({ paint: paintFor(io.stdout, io.environment), numbered: true })
  const printer = new Printer(report, ladder, values.bytes === true)
  let page: PageFile | undefined
  const show = (event: TraceEvent): void => {
    const row = printer.print(event)
    page?.add(row)
  }
  const observers = [proxyTap(dialect, show)]
  const observe = (event: ProxyEvent): void => {
    for (const observer of observers) observer(event)
  }
  const proxy = proxyBetween({ listen, target, dialect, faults, seed, observe })
  await proxy.start()
  const broken = new AbortController()
  let file: CaptureFile | undefined
  try {
    if (values.pcap !== undefined) {
      file = new CaptureFile(values.pcap, (error) => broken.abort(error))
      const capture = new Capture((bytes) => file?.write(bytes))
      observers.push(captureProxy(capture, dialect))
    }
    if (values.html !== undefined) {
      const title = `Timeline of ${String(proxy.address)}, for ${String(target)}`
      page = await PageFile.open(values.html, { title, maxRows })
    }
    const faultNames = faults.map(({ name }) => name)
    const told = faults.length === 0 ? '' : `, with ${faultNames.join(' ')} of --seed ${seed}`
    const facts = { ...addressFacts(proxy.address), target: target.toString(), faults: faultNames, seed }
    report.tell('listening', facts, `listening on ${String(proxy.address)}, for ${String(target)}${told}`)
    report.say(`\n${ladder.head()}\n`)
    const stop = AbortSignal.any([io.stop, broken.signal])
    if (values.live === true) await typedLines(io, stop, [], (line) => change(proxy, line, io, report))
    await stopped(stop)
  } finally {
    await proxy.close()
    file?.close()
    await page?.finish().catch((error: unknown) => broken.abort(error))
  }
  printer.summary()
  if (broken.signal.reason instanceof Error) throw broken.signal.reason
  return 0
}

/** Has other faults work from now on; what cannot be understood changes nothing. */
const change = (proxy: Proxy, line: string, io: Io, report: Report): void => {
  try {
    proxy.faults = faultsOfLine(line)
  } catch (error) {
    complain(io, failureLine(refused(error)))
    return
  }
  const faults = proxy.faults.map(({ name }) => name)
  report.tell('faults', { faults }, `from now on: ${faults.length === 0 ? 'no faults' : faults.join(' ')}`)
}

/** @throws UsageError for faults that count frames of a framing that has none, and a target that cannot be connected to */
const proxyBetween = (options: ConstructorParameters<typeof Proxy>[0]): Proxy => {
  try {
    return new Proxy(options)
  } catch (error) {
    throw refused(error)
  }
}

/** What a proxy does not take was typed wrongly. */
const refused = (error: unknown): unknown => {
  if (!(error instanceof TransportError)) return error
  const { given, problem, advice } = error.detail
  const hint = advice === undefined ? 'choose another --framing' : String(advice)
  return new UsageError(`${String(given)}: ${String(problem)}`, hint)
}

const width = Math.max(...WIRES.map(({ name }) => name.length))
const FRAMING_NOTE = [
  'What --framing can be',
  ...[...WIRES, { name: 'raw', about: 'bytes of any kind, shown and not understood' }].map(
    ({ name, about }) => `  ${name.padEnd(width)}  ${about}`,
  ),
].join('\n')

export const trace: Command = {
  usage: '[HOST:]PORT TARGET [options]',
  options: OPTIONS,
  notes: [
    'It listens at the first address and connects to TARGET for each that comes. The\nend that connects is on the left. A time stands at the side where it was taken:\nwhen the bytes came, and when they left for the other end. Bytes are shown as they\nleft, so with what faults have made of them. SIGINT and SIGTERM end it.',
    FRAMING_NOTE,
    ...FAULT_NOTES,
    'With --json the lines are\n  {"event":"listening","host","port","target","faults","seed"}\n  {"event":"open"} {"event":"said"} {"event":"note"} {"event":"close"}\n  {"event":"faults","faults"}, for a line that was typed with --live\n  {"event":"done","conversations","upBytes","downBytes","faults"}',
  ],
  examples: [
    ['trace 4001 4000', 'shows what "framewright send 4001 --text hi" says to port 4000'],
    ['trace 4001 4000 --fault slice:1..7 --seed 42', 'in pieces of 1 to 7 bytes, each time the same'],
    ['trace 4001 4000 --fault latency:20±5 --fault reset@3f/up', 'slowly, and no further than three frames'],
    ['trace 4001 4000 --live', 'then type "slice:1..7 latency:50", and later an empty line'],
    ['trace 4001 4000 --json --bytes > run.jsonl', 'all of it, for "framewright replay run.jsonl 4000"'],
    ['trace 4001 4000 --html run.html', 'and a page of it all, to look at in a browser'],
    ['trace --from run.jsonl --html run.html', 'the same from what --json has printed'],
    ['trace 8081 example.org:80 --framing raw --pcap web.pcapng', 'any protocol, and all of it for Wireshark'],
  ],
  run,
}
