import { addAbortSignal } from 'node:stream'
import { addressFacts, addressFrom, targetFrom } from '@/cli/addressOption.js'
import { byteCount, counted, duration } from '@/cli/amounts.js'
import { HELP, needed, numberFrom, oneOf, type Options, readArguments } from '@/cli/arguments.js'
import type { Command } from '@/cli/command.js'
import type { Io } from '@/cli/io.js'
import { plainText } from '@/cli/plainText.js'
import { type Facts, Report } from '@/cli/report.js'
import { UsageError } from '@/cli/usageError.js'
import type { ConnectionDetails } from '@/core/index.js'
import { TransportError } from '@/errors.js'
import {
  DIALECTS,
  type Difference,
  differenceWords,
  readRecording,
  type RecordedConversation,
  REPLAY_RANGES,
  replayAt,
  replayTo,
} from '@/lab/index.js'

const OPTIONS = {
  listen: {
    type: 'string',
    value: '[HOST:]PORT',
    help: 'plays the end that was connected to, for the first who comes',
  },
  conversation: { type: 'string', value: 'N', help: 'which of those in the file, 1 unless given' },
  pace: { type: 'string', value: 'NAME', help: 'fast (default), or recorded: at the times of the recording' },
  framing: { type: 'string', value: 'NAME', help: 'in whose words differences are told; see "trace --help"' },
  timeout: { type: 'string', value: 'MS', help: 'silence longer than recorded by so much ends it, 5000 unless given' },
  json: { type: 'boolean', help: 'one object a line' },
  ...HELP,
} as const satisfies Options

const run = async (args: readonly string[], io: Io): Promise<number> => {
  const { values, positionals } = readArguments(args, OPTIONS, 2)
  const path = needed(positionals, 0, 'FILE')
  if ((values.listen === undefined) === (positionals[1] === undefined))
    throw new UsageError('either ADDRESS or --listen is wanted', 'see framewright replay --help')
  const address =
    values.listen === undefined ? targetFrom(needed(positionals, 1, 'ADDRESS')) : addressFrom(values.listen)
  const number = numberFrom(values.conversation ?? '1', '--conversation', 1, 1_000_000)
  const [fallbackMs, leastMs, mostMs] = REPLAY_RANGES.stepTimeoutMs
  const names = DIALECTS.map(({ name }) => name)
  const options = {
    pace: oneOf(values.pace ?? 'fast', '--pace', ['fast', 'recorded']),
    stepTimeoutMs: numberFrom(values.timeout ?? String(fallbackMs), '--timeout', leastMs, mostMs),
    signal: io.stop,
    ...(values.framing === undefined ? {} : { dialect: oneOf(values.framing, '--framing', names) }),
  }
  const conversations = await readRecording(path === '-' ? addAbortSignal(io.stop, io.stdin) : path)
  const conversation = conversations[number - 1]
  if (conversation === undefined)
    throw new UsageError(
      `there is no conversation ${number} in ${path}`,
      `it has ${counted(conversations.length, 'conversation')}`,
    )
  const report = new Report(io, values.json === true)
  const role = values.listen === undefined ? 'opener' : 'acceptor'
  tellBeginning(report, conversation, conversations.length, role)
  const listening = (at: ConnectionDetails): void =>
    report.tell('listening', addressFacts(at), `listening on ${String(at)} for one connection`)
  const result =
    role === 'opener'
      ? await replayTo(address, conversation, options)
      : await replayAt(address, conversation, options, listening)
  for (const difference of result.differences)
    report.tell('difference', factsOf(difference), plainText(differenceWords(difference)))
  const { sentBytes, receivedBytes, tookMs, moreDifferences } = result
  const differences = result.differences.length + moreDifferences
  const outcome = differences === 0 ? 'nothing differs' : counted(differences, 'difference')
  const sentence = `said ${byteCount(sentBytes)}, heard ${byteCount(receivedBytes)} in ${duration(tookMs)}: ${outcome}`
  report.tell('done', { sentBytes, receivedBytes, differences }, sentence)
  const [first] = result.differences
  if (first !== undefined) throw new TransportError('REPLAY_DIFFERS', { differences, offset: first.offset })
  return 0
}

const tellBeginning = (
  report: Report,
  { number, opener, acceptor, steps }: RecordedConversation,
  count: number,
  role: 'opener' | 'acceptor',
): void => {
  const facts = { conversation: number, conversations: count, role, opener, acceptor, steps: steps.length }
  const ends = plainText(`${opener ?? '?'} to ${acceptor ?? '?'}`)
  const sentence = `conversation ${number} of ${count}, ${ends}, as the ${role}: ${counted(steps.length, 'step')}`
  report.tell('conversation', facts, sentence)
}

/** With bytes as hex digits. */
const factsOf = (difference: Difference): Facts =>
  Object.fromEntries([
    ...Object.entries(difference).map(([name, value]) => [
      name,
      Buffer.isBuffer(value) ? value.toString('hex') : value,
    ]),
    ['words', differenceWords(difference)],
  ])

export const replay: Command = {
  usage: 'FILE ADDRESS [options]',
  options: OPTIONS,
  notes: [
    'FILE is a capture (pcapng), as "trace --pcap" and Wireshark write it, or what\n"trace --json --bytes" has printed; - is standard input. With ADDRESS it connects\nthere and says what the end has said that had connected; with --listen it waits\nfor one connection and says what the other end has said. Whatever was said after\nsomething of the other end waits for that. Exit code 1 when anything differs.',
    'With --json the lines are\n  {"event":"conversation","conversation","conversations","role","steps"}\n  {"event":"difference","kind","offset",..,"words"}\n  {"event":"done","sentBytes","receivedBytes","differences"}',
  ],
  examples: [
    ['replay run.pcapng 4000', 'says to port 4000 what was said in run.pcapng, and compares the answers'],
    ['replay run.pcapng --listen 4000', 'the other way round: a server out of the recording'],
    ['replay run.jsonl 4000 --pace recorded --framing lonely', 'with the pauses, and names what differs'],
  ],
  run,
}
