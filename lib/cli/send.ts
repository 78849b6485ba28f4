import { TLSSocket } from 'node:tls'
import { targetFrom } from '@/cli/addressOption.js'
import { byteCount, counted, duration, grouped, pace } from '@/cli/amounts.js'
import { bytesFrom, HELP, needed, numberFrom, type Options, readArguments } from '@/cli/arguments.js'
import { CLIENT_TLS, clientTls } from '@/cli/certificates.js'
import type { Command } from '@/cli/command.js'
import { complain } from '@/cli/failure.js'
import { FRAMING, framingFrom, type FramingName } from '@/cli/framingOption.js'
import type { Io } from '@/cli/io.js'
import { bytesPayload, givenPayload, noisePayload, type Payload, whole } from '@/cli/payload.js'
import { ProgressBar } from '@/cli/progressBar.js'
import { Report } from '@/cli/report.js'
import { SendClient, type SendConnection } from '@/cli/sendConnection.js'
import { UsageError } from '@/cli/usageError.js'
import { TransportError } from '@/errors.js'

const OPTIONS = {
  text: {
    type: 'string',
    value: 'TEXT',
    help: 'sends this, as UTF-8; hello when nothing is given, or "hello" with --framing json',
  },
  file: { type: 'string', value: 'FILE', help: 'sends what is in this file; - is standard input' },
  size: { type: 'string', value: 'BYTES', help: 'sends so many bytes of noise' },
  count: { type: 'string', value: 'N', help: 'how many times; once unless given' },
  echo: { type: 'boolean', help: 'each message must come back with the same SHA-256' },
  pipeline: { type: 'boolean', help: 'does not wait for the answer to each length' },
  ...FRAMING,
  ...CLIENT_TLS,
  json: { type: 'boolean', help: 'one object a line instead of sentences' },
  ...HELP,
} as const satisfies Options

const MAX_LENGTH = 0xf0ff_ffff
/** Up to here a message is sent whole; the framings `line` and `json` know no other way. */
const WHOLE_BYTES = 8_388_608
/** Messages under way without an echo, or waiting to leave, when pipelined. */
const AHEAD_MESSAGES = 512
const AHEAD_BYTES = 8_388_608

/** Sends the messages of one command and looks at what comes back. */
class Sending {
  doneBytes = 0
  readonly #progress: ProgressBar
  readonly #total: number
  #under = 0
  #wake: (() => void) | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(
    private readonly connection: SendConnection,
    private readonly payload: Payload,
    private readonly count: number,
    private readonly echo: boolean,
    private readonly report: Report,
    io: Io,
  ) {
    this.#progress = new ProgressBar(io.stderr)
    this.#total = payload.size * count
  }

  async run(ahead: number, inPieces: boolean): Promise<void> {
    const bytes = inPieces ? undefined : await whole(this.payload)
    const settled = (): void => {
      this.#under--
      this.#wake?.()
    }
    try {
      for (let index = 0; index < this.count && this.#failure === undefined; index++) {
        this.#under++
        const one = this.#one(index, bytes).catch((error: unknown) => {
          this.#failure ??= { error }
        })
        void one.then(settled)
        if (this.#under >= ahead) await this.#less(ahead)
      }
      await this.#less(1)
      if (this.#failure !== undefined) throw this.#failure.error
      await this.connection.flush()
    } finally {
      this.#progress.end()
    }
  }

  /** Waits until fewer than so many messages are under way. */
  async #less(than: number): Promise<void> {
    while (this.#under >= than) await new Promise<void>((resolve) => (this.#wake = resolve))
  }

  async #one(index: number, bytes: Uint8Array | undefined): Promise<void> {
    const startedMs = performance.now()
    const { size, sha256 } = this.payload
    const echoed = this.echo ? this.connection.echo() : undefined
    echoed?.catch(() => {})
    if (bytes === undefined) await this.connection.transmitStream(this.#watched(), size)
    else await this.connection.transmit(bytes)
    if (bytes !== undefined) this.#moved(size)
    const back = await echoed
    const ms = Math.round((performance.now() - startedMs) * 1_000) / 1_000
    if (back !== undefined && back.sha256 !== sha256) {
      throw new Error(`message ${index} came back changed: ${back.bytes} bytes, sha256 ${back.sha256}, not ${sha256}`)
    }
    this.report.tell(this.echo ? 'echoed' : 'sent', { index, bytes: size, sha256, ms })
  }

  async *#watched(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const piece of this.payload.pieces()) {
      yield piece
      this.#moved(piece.length)
    }
  }

  #moved(bytes: number): void {
    this.doneBytes += bytes
    this.#progress.update(this.doneBytes, this.#total)
  }
}

const payloadFrom = async (
  values: { text?: string; file?: string; size?: string },
  framing: FramingName,
  io: Io,
): Promise<Payload> => {
  const { text, file, size } = values
  if ([text, file, size].filter((value) => value !== undefined).length > 1) {
    throw new UsageError('--text, --file and --size exclude each other')
  }
  if (size !== undefined) return noisePayload(bytesFrom(size, '--size', 0, MAX_LENGTH))
  if (file !== undefined) return givenPayload(file, io)
  return bytesPayload(Buffer.from(text ?? (framing === 'json' ? '"hello"' : 'hello')))
}

const run = async (args: readonly string[], io: Io): Promise<number> => {
  const { values, positionals } = readArguments(args, OPTIONS, 1)
  const address = targetFrom(needed(positionals, 0, 'HOST:PORT'))
  const count = numberFrom(values.count ?? '1', '--count', 1, 1e9)
  const framing = framingFrom(values.framing)
  const secured = await clientTls(values)
  const payload = await payloadFrom(values, framing, io)
  const report = new Report(io, values.json === true)
  const pipeline = values.pipeline === true
  const echo = values.echo === true

  await using client = new SendClient({ framing, pipeline, ...secured })
  const connection = await client.connectTo(address, { signal: io.stop })
  io.stop.addEventListener('abort', () => connection.destroy(new TransportError('ABORTED')), { once: true })
  if (values.insecure === true && connection.socket instanceof TLSSocket) {
    const { fingerprint256 } = connection.socket.getPeerCertificate()
    complain(io, `the certificate was not checked; its SHA-256 is ${fingerprint256}`)
  }
  const sending = new Sending(connection, payload, count, echo, report, io)
  const startedMs = performance.now()
  const ahead = pipeline
    ? Math.max(1, Math.min(AHEAD_MESSAGES, Math.floor(AHEAD_BYTES / Math.max(1, payload.size))))
    : 1
  await sending.run(ahead, payload.size > WHOLE_BYTES && framing !== 'line' && framing !== 'json')
  const ms = performance.now() - startedMs
  const bytes = payload.size * count
  report.tell(
    'done',
    { messages: count, bytes, sha256: payload.sha256, ms: Math.round(ms * 1_000) / 1_000 },
    `${counted(count, 'message')} of ${byteCount(payload.size)} in ${duration(ms)}` +
      (count > 1 ? ` (${grouped((count * 1_000) / ms)} messages/s, ${pace(bytes, ms)})` : '') +
      `, sha256 ${payload.sha256}${echo ? '; every echo had it too' : ''}`,
  )
  await connection.close()
  return 0
}

export const send: Command = {
  usage: 'HOST:PORT [options]',
  options: OPTIONS,
  notes: [
    'PORT alone is a port of 127.0.0.1; unix:PATH is a unix socket. BYTES may be 500, 64K, 8M\nor 1G. Messages above 8 MiB are read, sent and hashed in pieces and never held whole.\nFrom a pipe, or another FILE that is no plain file, it takes at most 8 MiB.',
    'Without --pipeline each echo is awaited before the next message, as the original peers\nneed it.',
  ],
  examples: [
    ['send 4000 --text hello --echo', 'to a "framewright listen 4000 --echo"'],
    ['send 4000 --size 64 --count 100000 --pipeline', 'small messages, as fast as they go'],
    ['send example.org:4000 --file photo.jpg --tls --ca server.pem', 'a file, over TLS'],
  ],
  run,
}
