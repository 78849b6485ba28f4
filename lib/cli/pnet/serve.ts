import { addressFacts, addressFrom, tcpOnly } from '@/cli/addressOption.js'
import { HELP, numberFrom, type Options, readArguments } from '@/cli/arguments.js'
import type { Command } from '@/cli/command.js'
import { complain, failureLine } from '@/cli/failure.js'
import type { Io } from '@/cli/io.js'
import { interfaceFrom, ipv4From } from '@/cli/networkOption.js'
import { plainText } from '@/cli/plainText.js'
import { type Called, registerModule } from '@/cli/pnet/moduleFunctions.js'
import { IDENTITY, NETWORK, NODE_NAMES, nodeSettings } from '@/cli/pnet/nodeSettings.js'
import { shareFiles } from '@/cli/pnet/sharedFiles.js'
import { Report } from '@/cli/report.js'
import { stopped } from '@/cli/stopped.js'
import { asUsage, understood } from '@/cli/understood.js'
import { UsageError } from '@/cli/usageError.js'
import { CommandNode, type CommandNodeOptions, type Peer } from '@/protocols/pnet/index.js'
import { TransportError } from '@/errors.js'

const OPTIONS = {
  ...IDENTITY,
  module: { type: 'string', value: 'FILE', help: 'peers may call the functions that this module exports' },
  files: { type: 'string', value: 'DIR', help: 'peers may read the files of this folder, by read_file' },
  ...NETWORK,
  broadcast: { type: 'string', value: 'IP', help: 'where advertisements go, such as 127.255.255.255' },
  interface: { type: 'string', value: 'NAME', help: 'from where they leave: eth0, or an IPv4 address of this machine' },
  'advertised-host': { type: 'string', value: 'IP', help: 'what others are told to connect to' },
  interval: { type: 'string', value: 'MS', help: 'how often this node tells of itself; 2500 unless given' },
  json: { type: 'boolean', help: 'one object a line instead of sentences' },
  ...HELP,
} as const satisfies Options

class ReportingNode extends CommandNode {
  readonly #told = new WeakSet<Error>()

  constructor(
    options: CommandNodeOptions,
    private readonly io: Io,
    private readonly report: Report,
  ) {
    super(options)
  }

  protected override peerJoined(peer: Peer): void {
    this.#tell('joined', peer)
  }

  protected override peerChanged(peer: Peer): void {
    this.#tell('changed', peer)
  }

  protected override peerExpired(peer: Peer): void {
    this.#tell('expired', peer)
  }

  /** One of its own functions threw this, and `called` has told of it. */
  toldOf(error: unknown): void {
    if (error instanceof Error) this.#told.add(error)
  }

  protected override requestFailed(error: TransportError, remote: string | undefined): void {
    if (error.cause instanceof Error && this.#told.has(error.cause)) return
    const facts = { remote: remote ?? null, code: error.code }
    this.report.tell('failed', facts, `request of ${remote ?? 'somebody'} failed: ${failureLine(error, OPTIONS)}`)
  }

  protected override errorRaised(error: TransportError): void {
    complain(this.io, failureLine(error, OPTIONS))
  }

  #tell(change: string, { name, host, port, publicKey }: Peer): void {
    const facts = { change, name, host, port, bits: publicKey.bits }
    this.report.tell('peer', facts, `${plainText(name)} at ${plainText(host)}:${port} ${change}`)
  }
}

/** Where advertisements leave, where they go, and what they say. @throws UsageError */
const heraldSettings = (values: {
  readonly broadcast?: string
  readonly interface?: string
  readonly 'advertised-host'?: string
}): Pick<CommandNodeOptions, 'broadcastAddress' | 'interface' | 'advertisedHost'> => {
  const { broadcast, interface: network, 'advertised-host': told } = values
  return {
    ...(broadcast === undefined ? {} : { broadcastAddress: ipv4From(broadcast, '--broadcast', '127.255.255.255') }),
    ...(network === undefined ? {} : { interface: interfaceFrom(network) }),
    ...(told === undefined
      ? {}
      : { advertisedHost: told === 'localhost' ? told : ipv4From(told, '--advertised-host', '192.168.1.7') }),
  }
}

const run = async (args: readonly string[], io: Io): Promise<number> => {
  const { values, positionals } = readArguments(args, OPTIONS, 1)
  if (values.name === undefined) throw new UsageError('--name is missing', 'others find a node by its name')
  const settings = {
    ...(await nodeSettings(values, values.name)),
    ...(values.interval === undefined
      ? {}
      : { advertiseIntervalMs: numberFrom(values.interval, '--interval', 10, 2 ** 31 - 1) }),
    listen: tcpOnly(addressFrom(positionals[0] ?? '3333')),
    ...heraldSettings(values),
  }
  const report = new Report(io, values.json === true)
  await using node = understood(NODE_NAMES, () => new ReportingNode(settings, io, report))
  const called: Called = (kind, name, originator, error) => {
    const facts = { kind, function: name, originator, error: error instanceof Error ? error.message : null }
    const how = error === undefined ? '' : `: failed: ${failureLine(error, OPTIONS)}`
    node.toldOf(error)
    report.tell('called', facts, `${plainText(originator)} called ${plainText(name)}${how}`)
  }
  if (values.module !== undefined) await registerModule(node, values.module, called)
  if (values.files !== undefined) await shareFiles(node, values.files, called)
  await node.serve().catch((error: unknown) => {
    throw asUsage(NODE_NAMES, error)
  })
  const place = node.address
  report.tell('listening', { name: node.name, ...addressFacts(place) }, `${node.name} serves on ${String(place)}`)
  await stopped(io.stop)
  await node.shutdown()
  report.tell('stopped', {}, 'stopped')
  return 0
}

export const pnetServe: Command = {
  usage: '[[HOST:]PORT] --name NAME [options]',
  options: OPTIONS,
  notes: [
    'Without an address it listens on 127.0.0.1:3333 and tells only this machine of itself. Whoever\ncan connect, and knows the network key if there is one, can call every function.',
    'It always has get_peers and get_funcs. A function of the module gets the arguments of the call;\nan object `streams` that it exports holds functions for streams: (call, input) => stream or value.',
    'A network key is 32 random bytes in URL-safe base64:\nhead -c 32 /dev/urandom | base64 | tr +/ -_ > key.txt',
    'Names are claims: any node of a network can take any name.',
  ],
  examples: [
    ['pnet serve 0 --name ada --module ./functions.mjs', 'on any free port of 127.0.0.1'],
    ['pnet serve :3333 --name ada --network-key key.txt --files ./shared', 'for the whole network, sealed'],
  ],
  run,
}
