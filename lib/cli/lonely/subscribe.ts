import { isUtf8 } from 'node:buffer'
import { byteCount } from '@/cli/amounts.js'
import { HELP, needed, numberFrom, type Options, readArguments } from '@/cli/arguments.js'
import { CLIENT_TLS, clientTls } from '@/cli/certificates.js'
import type { Command } from '@/cli/command.js'
import { complain, failureLine } from '@/cli/failure.js'
import type { Io } from '@/cli/io.js'
import { authFrom, broadcasterFrom, LONELY_NOTES, LONELY_OPTIONS, lonelyFraming } from '@/cli/lonely/lonelyOptions.js'
import { plainText } from '@/cli/plainText.js'
import { Report } from '@/cli/report.js'
import { stopped } from '@/cli/stopped.js'
import { UsageError } from '@/cli/usageError.js'
import { type Gap, type Received, Subscriber, type SubscriberOptions } from '@/protocols/lonely/index.js'
import { TransportError } from '@/errors.js'

const OPTIONS = {
  glob: { type: 'boolean', help: 'the patterns are globs: * any run, ? any one character, [abc] one of' },
  count: { type: 'string', value: 'N', help: 'ends after so many messages; stopped before, it has failed' },
  ...LONELY_OPTIONS,
  ...CLIENT_TLS,
  json: { type: 'boolean', help: 'one object a line instead of sentences' },
  ...HELP,
} as const satisfies Options

/** More of a body than this is not printed. */
const SHOWN_BYTES = 65_536
/** People see so much of a text. */
const SHOWN_CHARACTERS = 200

class ReportingSubscriber extends Subscriber {
  constructor(
    options: SubscriberOptions,
    private readonly io: Io,
    private readonly report: Report,
  ) {
    super(options)
  }

  protected override lost(cause: Error): void {
    const code = cause instanceof TransportError ? cause.code : cause.name
    this.report.tell('lost', { cause: code })
    complain(this.io, `the connection is lost, trying again: ${failureLine(cause, OPTIONS)}`)
  }

  protected override established(): void {
    this.report.tell('established', {})
  }

  protected override mayHaveMissed({ reason, fromMs, toMs, topic }: Gap): void {
    const name = topic === undefined ? null : topic.toString()
    const what = name === null ? 'messages' : `messages on ${plainText(name)}`
    this.report.tell('gap', { reason, fromMs: fromMs ?? null, toMs, topic: name }, `(${what} may have been missed)`)
  }

  protected override errorRaised(error: TransportError): void {
    complain(this.io, failureLine(error, OPTIONS))
  }
}

const run = async (args: readonly string[], io: Io): Promise<number> => {
  const { values, positionals } = readArguments(args, OPTIONS, Number.MAX_SAFE_INTEGER)
  const broadcaster = broadcasterFrom(needed(positionals, 0, 'ADDRESS'))
  const patterns = positionals.slice(1)
  if (patterns.length === 0) throw new UsageError('PATTERN is missing')
  const most =
    values.count === undefined ? Number.POSITIVE_INFINITY : numberFrom(values.count, '--count', 1, 1_000_000_000)
  const { auth } = await authFrom(values, io, false)
  const secured = await clientTls(values)
  const report = new Report(io, values.json === true)
  const options = { broadcasters: [broadcaster], auth, framing: lonelyFraming(values), ...secured }
  await using subscriber = new ReportingSubscriber(options, io, report)
  let seen = 0
  const enough = new AbortController()
  const take = async (message: Received): Promise<void> => {
    if (seen >= most) return
    seen++
    await tellMessage(report, message)
    if (seen >= most) enough.abort()
  }
  const over = AbortSignal.any([io.stop, enough.signal])
  try {
    for (const text of new Set(patterns)) {
      const pattern = values.glob === true ? { glob: text } : text
      await subscriber.subscribe(pattern, take, { signal: over })
      report.tell('subscribed', { pattern: text, glob: values.glob === true }, `subscribed to ${plainText(text)}`)
    }
    await stopped(over)
  } catch (error) {
    if (!over.aborted) throw error
  }
  if (values.count !== undefined && seen < most) throw new TransportError('ABORTED', { seen, count: most })
  return 0
}

const tellMessage = async (report: Report, message: Received): Promise<void> => {
  const { topic, size, digest } = message
  const name = topic.toString()
  const bytes = size > SHOWN_BYTES ? undefined : await message.read()
  const text = bytes !== undefined && isUtf8(bytes) ? bytes.toString() : undefined
  const sha512 = digest.toString('hex')
  const base64 = text === undefined ? bytes?.toString('base64') : undefined
  const shown = text === undefined ? `sha512 ${sha512.slice(0, 16)}...` : plainText(text.slice(0, SHOWN_CHARACTERS))
  report.tell(
    'message',
    { topic: name, bytes: size, sha512, text, base64 },
    `${plainText(name)}  ${byteCount(size)}  ${shown}`,
  )
}

export const lonelySubscribe: Command = {
  usage: 'ADDRESS PATTERN... [--glob] [options]',
  options: OPTIONS,
  notes: [
    'ADDRESS is [tcp://]HOST:PORT, ws://HOST:PORT/PATH or wss://HOST:PORT/PATH.\nA connection that is lost is made anew; it is said when messages may have been missed.\nSIGINT and SIGTERM end it.',
    ...LONELY_NOTES,
  ],
  examples: [
    ['lonely subscribe 127.0.0.1:4300 news/weather', 'one topic'],
    ["lonely subscribe ws://127.0.0.1:4301/v1/websocket --glob 'news/*' --json", 'all that match, for a program'],
  ],
  run,
}
