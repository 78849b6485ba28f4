import { addressFacts, addressFrom } from '@/cli/addressOption.js'
import { byteCount } from '@/cli/amounts.js'
import { bytesFrom, HELP, numberFrom, type Options, readArguments } from '@/cli/arguments.js'
import { SERVER_TLS, serverTls, tellCertificate } from '@/cli/certificates.js'
import type { Command } from '@/cli/command.js'
import { drained } from '@/cli/drained.js'
import { complain, failureLine } from '@/cli/failure.js'
import type { Io } from '@/cli/io.js'
import { plainText } from '@/cli/plainText.js'
import { FILES_PORT } from '@/cli/remotePath.js'
import { Report } from '@/cli/report.js'
import {
  FileServer,
  type FileServerConnection,
  type FileServerOptions,
  type TransferReport,
} from '@/protocols/files/index.js'
import { TransportError } from '@/errors.js'

const OPTIONS = {
  root: { type: 'string', value: 'DIR', help: 'serves this folder, and nothing outside it; . unless given' },
  'read-only': { type: 'boolean', help: 'rejects uploads' },
  'max-file': { type: 'string', value: 'BYTES', help: 'rejects uploads above this' },
  limit: { type: 'string', value: 'N', help: 'connections at once; 16384 unless given' },
  ...SERVER_TLS,
  json: { type: 'boolean', help: 'one object a line instead of sentences' },
  ...HELP,
} as const satisfies Options

class ReportingServer extends FileServer {
  constructor(
    options: FileServerOptions,
    private readonly io: Io,
    private readonly report: Report,
  ) {
    super(options)
  }

  protected override transferEnded({ id, remoteAddress }: FileServerConnection, transfer: TransferReport): void {
    const { kind, path, size, error } = transfer
    const remote = remoteAddress ?? null
    const code = error instanceof TransportError ? error.code : (error?.name ?? null)
    const how = error === undefined ? byteCount(size) : `failed: ${failureLine(error, OPTIONS)}`
    const sentence = `${kind} of ${plainText(path)} by ${remote ?? 'somebody'}: ${how}`
    this.report.tell(kind, { id, remote, path, bytes: size, error: code }, sentence)
  }

  protected override errorRaised(error: TransportError): void {
    complain(this.io, failureLine(error, OPTIONS))
  }
}

const run = async (args: readonly string[], io: Io): Promise<number> => {
  const { values, positionals } = readArguments(args, OPTIONS, 1)
  const address = addressFrom(positionals[0] ?? String(FILES_PORT))
  const { limit, 'max-file': maxFile } = values
  const secured = await serverTls(values, address)
  const root = values.root ?? '.'
  const options = {
    listen: [address],
    root,
    readOnly: values['read-only'] === true,
    maxFileBytes:
      maxFile === undefined ? Number.MAX_SAFE_INTEGER : bytesFrom(maxFile, '--max-file', 0, Number.MAX_SAFE_INTEGER),
    connectionLimit: limit === undefined ? 16_384 : numberFrom(limit, '--limit', 1, 1_000_000),
  }
  const report = new Report(io, values.json === true)
  const server = new ReportingServer(secured === undefined ? options : { ...options, tls: secured.tls }, io, report)
  await server.start()
  tellCertificate(secured, report)
  for (const place of server.addresses) {
    report.tell('listening', { ...addressFacts(place), root }, `serving ${plainText(root)} on ${String(place)}`)
  }
  await drained(server, io, report, OPTIONS)
  return 0
}

export const filesServe: Command = {
  usage: '[[HOST:]PORT] [options]',
  options: OPTIONS,
  notes: [
    `Without an address it listens on 127.0.0.1:${FILES_PORT}. Whoever can connect can read every file below\nthe root and, without --read-only, replace it: there are no passwords in this protocol.`,
    'With --json the lines are\n  {"event":"listening","host","port","root"}    {"event":"certificate","fingerprint256"}\n  {"event":"upload"|"download","id","remote","path","bytes","error"}\n  {"event":"turnedAway","remote","cause","more"}    {"event":"drained","finished","refused","cut"}',
    'A file has its name only when it is whole. SIGINT and SIGTERM let what has begun be finished.',
  ],
  examples: [
    ['files serve 8088 --root ./shared', 'on 127.0.0.1'],
    ['files serve :8088 --root ./shared --read-only', 'for the whole network, to read only'],
  ],
  run,
}
