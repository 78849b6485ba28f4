import { addressFacts, addressFrom } from '@/cli/addressOption.js'
import { HELP, numberFrom, oneOf, type Options, readArguments } from '@/cli/arguments.js'
import { SERVER_TLS, serverTls, tellCertificate } from '@/cli/certificates.js'
import type { Command } from '@/cli/command.js'
import { complain, failureLine } from '@/cli/failure.js'
import type { Io } from '@/cli/io.js'
import { authFrom, LONELY_NOTES, LONELY_OPTIONS, lonelyFraming } from '@/cli/lonely/lonelyOptions.js'
import { Report } from '@/cli/report.js'
import { stopped } from '@/cli/stopped.js'
import { UsageError } from '@/cli/usageError.js'
import { Broadcaster, type BroadcasterConnection, type BroadcasterOptions } from '@/protocols/lonely/index.js'
import { TransportError } from '@/errors.js'

const OPTIONS = {
  ws: {
    type: 'string',
    value: '[HOST:]PORT',
    help: 'listens for WebSockets there, too; or only, without another address',
  },
  path: { type: 'string', value: 'PATH', help: 'of the WebSockets; /v1/websocket unless given' },
  ...LONELY_OPTIONS,
  window: { type: 'string', value: 'N', help: 'bodies under way to one subscriber; 64 unless given' },
  slow: { type: 'string', value: 'POLICY', help: 'what becomes of slow subscribers: disconnect (default) or skip' },
  limit: { type: 'string', value: 'N', help: 'connections at once; 16384 unless given' },
  ...SERVER_TLS,
  json: { type: 'boolean', help: 'one object a line instead of sentences' },
  ...HELP,
} as const satisfies Options

class ReportingBroadcaster extends Broadcaster {
  constructor(
    options: BroadcasterOptions,
    private readonly io: Io,
    private readonly report: Report,
  ) {
    super(options)
  }

  protected override connShutdown(id: string, connection: BroadcasterConnection, cause: Error | undefined): void {
    const remote = connection.remoteAddress ?? null
    const code = cause instanceof TransportError ? cause.code : (cause?.name ?? null)
    const how = cause === undefined ? 'in good order' : failureLine(cause, OPTIONS)
    this.report.tell('closed', { id, remote, cause: code }, `${remote ?? id.slice(0, 8)} closed ${how}`)
  }

  protected override errorRaised(error: TransportError): void {
    complain(this.io, failureLine(error, OPTIONS))
  }
}

const run = async (args: readonly string[], io: Io): Promise<number> => {
  const { values, positionals } = readArguments(args, OPTIONS, 1)
  const [place] = positionals
  if (place === undefined && values.ws === undefined) throw new UsageError('[HOST:]PORT is missing')
  if (values.path !== undefined && values.ws === undefined)
    throw new UsageError('--path makes sense with --ws only', 'it is where WebSockets are')
  const listen = place === undefined ? [] : [addressFrom(place)]
  const webSocket =
    values.ws === undefined ? undefined : { listen: addressFrom(values.ws), path: pathFrom(values.path) }
  const slowPolicy = oneOf(values.slow ?? 'disconnect', '--slow', ['disconnect', 'skip'])
  const { auth, made } = await authFrom(values, io, true)
  const secured = await serverTls(values, listen[0] ?? addressFrom(values.ws ?? ''))
  const options: BroadcasterOptions = {
    listen,
    auth,
    slowPolicy,
    framing: lonelyFraming(values),
    windowMessages: values.window === undefined ? 64 : numberFrom(values.window, '--window', 1, 65_536),
    connectionLimit: values.limit === undefined ? 16_384 : numberFrom(values.limit, '--limit', 1, 1_000_000),
    ...(webSocket === undefined ? {} : { webSocket }),
    ...(secured === undefined ? {} : { tls: secured.tls }),
  }
  const report = new Report(io, values.json === true)
  const broadcaster = new ReportingBroadcaster(options, io, report)
  await broadcaster.start()
  if (made !== undefined) report.tell('secret', { secret: made }, `secret ${made} (shown this once)`)
  tellCertificate(secured, report)
  for (const bound of broadcaster.addresses) {
    report.tell(
      'listening',
      { transport: 'tcp', ...addressFacts(bound) },
      `listening on ${bound.path === undefined ? 'tcp://' : ''}${String(bound)}`,
    )
  }
  const { webSocketAddress } = broadcaster
  if (webSocketAddress !== undefined) {
    const url = `${secured === undefined ? 'ws' : 'wss'}://${String(webSocketAddress)}${webSocket?.path ?? ''}`
    report.tell('listening', { transport: 'ws', ...addressFacts(webSocketAddress), url }, `listening on ${url}`)
  }
  await stopped(io.stop)
  await broadcaster.close()
  report.tell('stopped', {}, 'stopped')
  return 0
}

const pathFrom = (path = '/v1/websocket'): string => {
  if (path.startsWith('/') && !/[\s?#]/.test(path)) return path
  throw new UsageError(`--path wants a path such as /v1/websocket, not ${JSON.stringify(path)}`)
}

export const lonelyServe: Command = {
  usage: '[[HOST:]PORT] [--ws [HOST:]PORT] [options]',
  options: OPTIONS,
  notes: [
    'PORT alone listens on 127.0.0.1, :PORT on all addresses, port 0 on any that is free.\nOriginal subscribers come through --ws. With --auth hmac and no secret, one is made and\nprinted once.',
    ...LONELY_NOTES,
  ],
  examples: [
    ['lonely serve 4300', 'on 127.0.0.1, for everybody on this machine'],
    ['lonely serve :4300 --ws :4301 --auth hmac --secret-file secret.txt', 'TCP and WebSockets at once'],
  ],
  run,
}
