import { HELP, type Options, readArguments } from '@/cli/arguments.js'
import type { Command } from '@/cli/command.js'
import { complain, failureLine } from '@/cli/failure.js'
import type { Io } from '@/cli/io.js'
import { plainText } from '@/cli/plainText.js'
import { Report } from '@/cli/report.js'
import { stopped } from '@/cli/stopped.js'
import { STP_NODE, stpNode, stpOptions } from '@/cli/stpNode.js'
import { peerFacts, peerName } from '@/cli/stpPeer.js'
import {
  type Peer,
  SEED_GROUP,
  type StpOptions,
  type StpPacket,
  type StpProtocol,
  StpServer,
} from '@/protocols/stp/index.js'
import { TransportError } from '@/errors.js'

const OPTIONS = {
  namespace: { type: 'string', value: 'ROUTE', help: 'shows only packets of this route; all unless given' },
  ...STP_NODE,
  'udp-port': {
    type: 'string',
    value: 'PORT',
    help: 'port of the group, the same for all; 57000 unless given, 0 takes any',
  },
  'tcp-port': {
    type: 'string',
    value: 'PORT',
    help: 'own port, told to all; 57001 unless given, 0 takes any that is free',
  },
  host: { type: 'string', value: 'ADDRESS', help: 'address at which TCP listens; 0.0.0.0 unless given' },
  json: { type: 'boolean', help: 'one object a line instead of sentences' },
  ...HELP,
} as const satisfies Options

/** Tells of each packet, of peers that come and go, and of what was dropped. */
class TellingServer extends StpServer {
  constructor(
    options: StpOptions,
    private readonly io: Io,
    private readonly report: Report,
    only: string | undefined,
  ) {
    super(options)
    this.onPeerListUpdate((come, gone) => {
      if (come !== null) report.tell('peer', peerFacts(come), `${peerName(come)} is here`)
      for (const peer of gone) report.tell('gone', peerFacts(peer), `${peerName(peer)} has gone`)
    })
    this.addMiddleware((data, headers, sender, protocol) => {
      const { user, namespace } = headers
      if (only === undefined || namespace === only) this.#packet({ data, user, namespace, sender, protocol })
    })
  }

  protected override errorRaised(error: TransportError): void {
    complain(this.io, failureLine(error, OPTIONS))
  }

  protected override packetDropped(error: Error, ip: string | undefined, protocol: StpProtocol): void {
    const code = error instanceof TransportError ? error.code : error.name
    const from = ip ?? 'somebody'
    this.report.tell(
      'dropped',
      { code, ip: ip ?? null, protocol },
      `dropped from ${from}: ${failureLine(error, OPTIONS)}`,
    )
  }

  protected override keyChanged(peer: Peer, offered: string): boolean {
    const facts = { ...peerFacts(peer), pinned: peer.publicKey ?? null, offered }
    this.report.tell('key', facts, `${peerName(peer)} came with another key; the first one is kept`)
    return false
  }

  #packet({
    data,
    user,
    namespace,
    sender,
    protocol,
  }: Pick<StpPacket, 'data' | 'sender' | 'protocol'> & {
    readonly user: unknown
    readonly namespace: unknown
  }): void {
    const [who, where] = [textOf(user), textOf(namespace)]
    const sentence = `${where ?? '(no route)'} from ${who ?? 'somebody'} at ${sender} over ${protocol}: ${JSON.stringify(data)}`
    this.report.tell('packet', { namespace: where, user: who, sender, protocol, data }, plainText(sentence))
  }
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

const run = async (args: readonly string[], io: Io): Promise<number> => {
  const { values } = readArguments(args, OPTIONS, 0)
  const options = await stpOptions(values, 0)
  const report = new Report(io, values.json === true)
  await using server = stpNode(() => new TellingServer(options, io, report, values.namespace))
  await server.listen()
  const { udp, tcp } = server.addresses
  const group = values.group ?? SEED_GROUP
  const { username: user } = server
  const facts = {
    user,
    host: tcp.host,
    tcpPort: tcp.port,
    udpPort: udp.port,
    group,
    publicKey: await server.publicKey(),
  }
  const sentence = `${plainText(user)} listens: TCP ${String(tcp)}, multicast ${group}:${udp.port}`
  report.tell('listening', facts, sentence)
  await stopped(io.stop)
  await server.close()
  const { received, accepted, droppedOwn, brokenConnections } = server.counts
  const dropped = received - accepted - droppedOwn + brokenConnections
  report.tell('stopped', { received, accepted, dropped }, `stopped: ${accepted} packets heard, ${dropped} dropped`)
  return 0
}

export const stpListen: Command = {
  usage: '[options]',
  options: OPTIONS,
  notes: [
    'Original peers can be among the others. Nothing in this protocol is proven: anybody can send\nin the name of anybody. Sealed packets can be read by nobody else, and a peer that comes with\nanother key than before is told.',
    'With --json the lines are\n  {"event":"listening","user","host","tcpPort","udpPort","group","publicKey"}\n  {"event":"packet","namespace","user","sender","protocol","data"}\n  {"event":"peer"|"gone","user","ip","tcpport","udpport","hostname","keyExposed"}\n  {"event":"key",...,"pinned","offered"}    {"event":"dropped","code","ip","protocol"}\n  {"event":"stopped","received","accepted","dropped"}',
  ],
  examples: [
    ['stp listen', 'on every network, where original peers are'],
    ['stp listen --interface 127.0.0.1 --host 127.0.0.1 --tcp-port 0 --user ana', 'one of several on this machine'],
    ['stp listen --namespace /chat --key node.pem --json', 'one route, with a key of its own, for a program to read'],
  ],
  run,
}
