import { createHash } from 'node:crypto'
import { byteCount } from '@/cli/amounts.js'
import { HELP, needed, numberFrom, type Options, readArguments } from '@/cli/arguments.js'
import type { Command } from '@/cli/command.js'
import { complain, failureLine } from '@/cli/failure.js'
import type { Io } from '@/cli/io.js'
import { givenPayload } from '@/cli/payload.js'
import { plainText } from '@/cli/plainText.js'
import { IDENTITY, NETWORK, NODE_NAMES, nodeSettings } from '@/cli/pnet/nodeSettings.js'
import { OutFile } from '@/cli/outFile.js'
import { pause } from '@/cli/pnet/pause.js'
import { printable } from '@/cli/pnet/printable.js'
import { ProgressBar } from '@/cli/progressBar.js'
import { Report } from '@/cli/report.js'
import { understood } from '@/cli/understood.js'
import { UsageError } from '@/cli/usageError.js'
import { type Answer, CommandNode, jsonValue, type Outcome, type Source, type Targets } from '@/protocols/pnet/index.js'
import { TransportError } from '@/errors.js'

const OPTIONS = {
  named: { type: 'string', value: 'JSON', help: 'arguments with names, as an object' },
  stream: { type: 'boolean', help: 'calls a function for streams, with the one argument as text' },
  file: { type: 'string', value: 'FILE', help: 'the same, with what is in this file; - is standard input' },
  out: {
    type: 'string',
    value: 'FILE',
    help: 'where a stream goes that comes back; only its SHA-256 is told unless given',
  },
  wait: { type: 'string', value: 'MS', help: 'time to find the peers; 10000 unless given, 3000 for *' },
  timeout: { type: 'string', value: 'MS', help: 'time for each reply; 60000 unless given' },
  ...IDENTITY,
  ...NETWORK,
  json: { type: 'boolean', help: 'one object a line instead of sentences' },
  ...HELP,
} as const satisfies Options

/** What one command asks for, read from its arguments. */
interface Wish {
  readonly targets: Targets
  readonly functionName: string
  readonly args: readonly string[]
  readonly named: Readonly<Record<string, unknown>>
  readonly file: string | undefined
  readonly streams: boolean
  readonly out: string | undefined
}

const MOST_ARGUMENTS = 1_000

const run = async (args: readonly string[], io: Io): Promise<number> => {
  const { values, positionals } = readArguments(args, OPTIONS, MOST_ARGUMENTS)
  const target = needed(positionals, 0, 'PEER')
  const streams = values.stream === true || values.file !== undefined
  const wish: Wish = {
    targets: target === '*' ? '*' : namesIn(target),
    functionName: needed(positionals, 1, 'FUNCTION'),
    args: positionals.slice(2),
    named: namedFrom(values.named),
    file: values.file,
    streams,
    out: values.out,
  }
  if (streams && wish.args.length > (values.file === undefined ? 1 : 0))
    throw new UsageError('a stream has one content')
  if (wish.out !== undefined && (!streams || target === '*' || wish.targets.length > 1)) {
    throw new UsageError('--out is for the stream of one peer', 'use it with --stream or --file')
  }
  const waitMs = numberFrom(values.wait ?? (target === '*' ? '3000' : '10000'), '--wait', 0, 2 ** 31 - 1)
  const replyTimeoutMs = numberFrom(values.timeout ?? '60000', '--timeout', 0, 2 ** 31 - 1)
  const report = new Report(io, values.json === true)
  const settings = { ...(await nodeSettings(values, `caller-${process.pid}`)), replyTimeoutMs }
  await using node = understood(NODE_NAMES, () => new CommandNode(settings))
  await node.discover()
  await found(node, wish.targets, waitMs, io.stop)
  if (io.stop.aborted) throw new TransportError('ABORTED')
  return await (wish.streams ? flow(node, wish, report, io) : ask(node, wish, report, io))
}

/** Waits for the peers that are named; those that do not come in time are told of by the call. */
const found = async (node: CommandNode, targets: Targets, waitMs: number, stop: AbortSignal): Promise<void> => {
  if (targets === '*') return pause(waitMs, stop)
  const there = new AbortController()
  const signal = AbortSignal.any([stop, there.signal])
  const all = Promise.all(targets.map((name) => node.peerKnown(name, { signal })))
  const given = all.then(
    () => there.abort(),
    () => there.abort(),
  )
  await pause(waitMs, there.signal)
  there.abort()
  await given
}

const ask = async (
  node: CommandNode,
  { targets, functionName, args, named }: Wish,
  report: Report,
  io: Io,
): Promise<number> => {
  const call = { args: args.map(valueFrom), keywords: named, signal: io.stop }
  const outcomes = await node.call(targets, functionName, call)
  for (const [peer, outcome] of outcomes) {
    if (!outcome.ok) continue
    const text = printable(outcome.value)
    report.tell(
      'result',
      { peer, value: JSON.parse(text) },
      sentence(peer, text, targets === '*' || targets.length > 1),
    )
  }
  return failures(outcomes, report, io)
}

const flow = async (node: CommandNode, wish: Wish, report: Report, io: Io): Promise<number> => {
  const { file, args, targets, functionName, out } = wish
  await using target = out === undefined ? undefined : await OutFile.open(out)
  const progress = new ProgressBar(io.stderr)
  const reception = { target, progress, report, several: targets === '*' || targets.length > 1 }
  const source = file === undefined ? Buffer.from(args[0] ?? '') : await sourceOf(file, progress, io)
  try {
    const outcomes = new Map<string, Outcome<string>>()
    for await (const [peer, outcome] of node.sendEach(targets, functionName, source, { signal: io.stop })) {
      outcomes.set(peer, outcome.ok ? await received(peer, outcome.value, reception) : outcome)
    }
    return failures(outcomes, report, io)
  } finally {
    progress.end()
  }
}

const sourceOf = async (file: string, progress: ProgressBar, io: Io): Promise<Source> => {
  const payload = await givenPayload(file, io)
  return {
    sizeBytes: payload.size,
    async *pieces() {
      let doneBytes = 0
      for await (const piece of payload.pieces()) {
        yield piece
        progress.update((doneBytes += piece.length), payload.size)
      }
    },
  }
}

/** Where what came back goes, and who is told of it. */
interface Reception {
  readonly target: OutFile | undefined
  readonly progress: ProgressBar
  readonly report: Report
  readonly several: boolean
}

const received = async (peer: string, answer: Answer, to: Reception): Promise<Outcome<string>> => {
  const { target, progress, report, several } = to
  if (answer.kind === 'value') {
    const text = printable(answer.value)
    report.tell('result', { peer, value: JSON.parse(text) }, sentence(peer, text, several))
    return { ok: true, value: text }
  }
  const { stream } = answer
  const hash = createHash('sha256')
  let bytes = 0
  let partBytes = 0
  try {
    for await (const piece of stream) {
      hash.update(piece)
      bytes += piece.length
      await target?.write(piece)
      // The peer tells how many parts there are, and all but the last are alike.
      partBytes ||= piece.length
      progress.update(bytes, Math.max(bytes, partBytes * stream.parts))
    }
    await target?.keep()
  } catch (error) {
    if (error instanceof TransportError) return { ok: false, error }
    throw error
  } finally {
    progress.end()
  }
  const sha256 = hash.digest('hex')
  report.tell('result', { peer, bytes, sha256 }, sentence(peer, `${byteCount(bytes)}, sha256 ${sha256}`, several))
  return { ok: true, value: sha256 }
}

const sentence = (peer: string, text: string, several: boolean): string =>
  several ? `${plainText(peer)}: ${plainText(text)}` : plainText(text)

/** Tells of what went wrong. @returns the exit code */
const failures = (outcomes: ReadonlyMap<string, Outcome<unknown>>, report: Report, io: Io): number => {
  let code = 0
  for (const [peer, outcome] of outcomes) {
    if (outcome.ok) continue
    code = 1
    report.tell('failed', { peer, code: outcome.error.code, says: outcome.error.message })
    complain(io, `${plainText(peer)}: ${failureLine(outcome.error, OPTIONS)}`)
  }
  if (outcomes.size === 0) {
    complain(io, 'no peer is known; look for them with "framewright pnet peers"')
    return 1
  }
  return code
}

const namesIn = (target: string): readonly string[] => {
  const names = target.split(',')
  if (names.includes('')) throw new UsageError(`PEER has a name that is empty: ${JSON.stringify(target)}`)
  return names
}

/** JSON where it is JSON, text elsewhere. */
const valueFrom = (text: string): unknown => {
  try {
    return jsonValue(text)
  } catch {
    return text
  }
}

const namedFrom = (text: string | undefined): Readonly<Record<string, unknown>> => {
  const value = text === undefined ? {} : valueFrom(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new UsageError(`--named wants a JSON object, not ${JSON.stringify(text)}`, 'such as {"y": 5}')
}

export const pnetCall: Command = {
  usage: 'PEER[,PEER...]|* FUNCTION [ARGUMENT...] [options]',
  options: OPTIONS,
  notes: [
    'Arguments are JSON, and text where they are not; -- comes before those that begin with a -. Peers\nare found by what they tell of themselves, so the options of the network must be theirs.',
    'With --file, or --stream, a function for streams is called, and what comes back goes to --out;\nget_funcs does not name these functions.',
  ],
  examples: [
    ['pnet call ada add 1 2', 'a function and its arguments'],
    ['pnet call ada add -- 1 -2', 'one that is negative'],
    ['pnet call "*" get_funcs --json', 'what each node of the network can do'],
    ['pnet call ada read_file --stream photo.jpg --out photo.jpg', 'from a "pnet serve --files"'],
  ],
  run,
}
