import { stat } from 'node:fs/promises'
import { byteCount, counted, duration } from '@/cli/amounts.js'
import { HELP, needed, type Options, readArguments } from '@/cli/arguments.js'
import { CLIENT_TLS, clientTls } from '@/cli/certificates.js'
import type { Command } from '@/cli/command.js'
import { complain, failureLine } from '@/cli/failure.js'
import type { Io } from '@/cli/io.js'
import { authFrom, broadcasterFrom, LONELY_NOTES, LONELY_OPTIONS, lonelyFraming } from '@/cli/lonely/lonelyOptions.js'
import { plainText } from '@/cli/plainText.js'
import { Report } from '@/cli/report.js'
import { UsageError } from '@/cli/usageError.js'
import { type NotifyData, Subscriber, type SubscriberOptions } from '@/protocols/lonely/index.js'
import type { TransportError } from '@/errors.js'

const OPTIONS = {
  text: { type: 'string', value: 'TEXT', help: 'notifies this text' },
  file: { type: 'string', value: 'FILE', help: 'notifies the bytes of a file, however large; - is standard input' },
  ...LONELY_OPTIONS,
  ...CLIENT_TLS,
  json: { type: 'boolean', help: 'one object instead of a sentence' },
  ...HELP,
} as const satisfies Options

class QuietSubscriber extends Subscriber {
  constructor(
    options: SubscriberOptions,
    private readonly io: Io,
  ) {
    super(options)
  }

  protected override errorRaised(error: TransportError): void {
    complain(this.io, failureLine(error, OPTIONS))
  }
}

const run = async (args: readonly string[], io: Io): Promise<number> => {
  const { values, positionals } = readArguments(args, OPTIONS, 3)
  const broadcaster = broadcasterFrom(needed(positionals, 0, 'ADDRESS'))
  const topic = needed(positionals, 1, 'TOPIC')
  const { data, bytes } = await dataFrom(values, positionals[2], io)
  const { auth } = await authFrom(values, io, false)
  const secured = await clientTls(values)
  const report = new Report(io, values.json === true)
  const options = { broadcasters: [broadcaster], auth, framing: lonelyFraming(values), ...secured }
  await using subscriber = new QuietSubscriber(options, io)
  const startedMs = performance.now()
  const subscribers = await subscriber.notify(topic, data, { signal: io.stop })
  const ms = performance.now() - startedMs
  const facts = { topic, bytes: bytes(), subscribers, ms: Math.round(ms * 1_000) / 1_000 }
  const size = byteCount(facts.bytes)
  report.tell(
    'notified',
    facts,
    `${plainText(topic)}: ${size} to ${counted(subscribers, 'subscriber')} in ${duration(ms)}`,
  )
  return 0
}

/** What is notified, and how many bytes that has been; known when it has left. */
interface Given {
  readonly data: NotifyData
  readonly bytes: () => number
}

const dataFrom = async (
  { text, file }: { readonly text?: string | undefined; readonly file?: string | undefined },
  dash: string | undefined,
  io: Io,
): Promise<Given> => {
  const given = [text, file, dash].filter((one) => one !== undefined)
  if (given.length !== 1) throw new UsageError('what is to be notified must be given once', CHOICES)
  if (text !== undefined) return { data: text, bytes: () => Buffer.byteLength(text) }
  if (file === '-' || dash === '-') return bytesIn(io)
  if (file !== undefined) {
    // Whether it can be read is said by who reads it.
    const size = await stat(file).then(
      (found) => found.size,
      () => 0,
    )
    return { data: { file }, bytes: () => size }
  }
  throw new UsageError(`unexpected argument ${JSON.stringify(dash)}`, CHOICES)
}

const CHOICES = 'give --text TEXT, --file FILE, or - for standard input'

const bytesIn = ({ stdin }: Io): Given => {
  let bytes = 0
  async function* pieces(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const piece of stdin) {
      const next = piece instanceof Uint8Array ? piece : Buffer.from(String(piece))
      bytes += next.length
      yield next
    }
  }
  return { data: pieces(), bytes: () => bytes }
}

export const lonelyNotify: Command = {
  usage: 'ADDRESS TOPIC (--text TEXT | --file FILE | -) [options]',
  options: OPTIONS,
  notes: [
    'ADDRESS is [tcp://]HOST:PORT, ws://HOST:PORT/PATH or wss://HOST:PORT/PATH.\nIt prints how many subscribers the broadcaster has queued it for; none is no error.',
    ...LONELY_NOTES,
  ],
  examples: [
    ['lonely notify 127.0.0.1:4300 news/weather --text rain', 'a text'],
    ['lonely notify ws://127.0.0.1:4301/v1/websocket backups --file backup.tar', 'a file, in parts if it is large'],
  ],
  run,
}
