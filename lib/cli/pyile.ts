import { addressFrom, targetFrom, tcpOnly } from '@/cli/addressOption.js'
import { HELP, needed, numberFrom, oneOf, type Options, readArguments } from '@/cli/arguments.js'
import { CLIENT_TLS, clientTls, SERVER_TLS, serverTls } from '@/cli/certificates.js'
import type { Command } from '@/cli/command.js'
import type { Io } from '@/cli/io.js'
import { PyileRoom } from '@/cli/pyileRoom.js'
import { Report } from '@/cli/report.js'
import { firstLineOf, PASSWORD, PASSWORD_VARIABLE, passwordFrom } from '@/cli/secret.js'
import { typedName } from '@/cli/typedName.js'
import { understood } from '@/cli/understood.js'
import { UsageError } from '@/cli/usageError.js'
import { ConnectionDetails } from '@/core/index.js'
import {
  AuthPeer,
  type AuthPeerOptions,
  JoinPeer,
  type Message,
  type Note,
  type PeerAddress,
  peerName,
  type PeerOptions,
} from '@/protocols/pyile/index.js'
import type { TransportError } from '@/errors.js'

const PORT = 4_702

const COMMON = {
  alias: { type: 'string', value: 'NAME', help: 'what others read beside your messages' },
  ...PASSWORD,
  advertise: {
    type: 'string',
    value: 'HOST',
    help: 'the IPv4 address that others are told; where you listen unless given',
  },
  'peer-port': { type: 'string', value: 'N', help: 'where you listen for messages; any free port unless given' },
  framing: { type: 'string', value: 'NAME', help: 'json (default, as originals) or handshake; the same for all' },
  'seal-file': { type: 'string', value: 'FILE', help: 'encrypts everything with the passphrase in its first line' },
  ...SERVER_TLS,
  ...CLIENT_TLS,
  tls: { type: 'boolean', help: 'TLS, for all of the network; give all the same --cert, --key and --ca' },
  json: { type: 'boolean', help: 'one object a line instead of sentences' },
  ...HELP,
} as const satisfies Options

const HOST_OPTIONS = {
  attempts: { type: 'string', value: 'N', help: 'so many wrong passwords ban an address; 3 unless given' },
  'dist-port': { type: 'string', value: 'N', help: 'where lists are fetched; any free port unless given' },
  ...COMMON,
} as const satisfies Options

const JOIN_OPTIONS = {
  from: {
    type: 'string',
    value: 'HOST',
    help: 'the IPv4 address you connect from and listen at; needed for other machines',
  },
  ...COMMON,
} as const satisfies Options

/** An auth peer that tells a room what happens. */
class Host extends AuthPeer {
  constructor(
    options: AuthPeerOptions,
    private readonly room: PyileRoom,
  ) {
    super(options)
  }

  protected override messageReceived(message: Message): void {
    this.room.received(this, message)
  }
  protected override peersChanged(peers: readonly PeerAddress[]): void {
    this.room.listed(peers)
  }
  protected override noteAdded(note: Note): void {
    this.room.noted(note)
  }
  protected override left(cause: Error | undefined): void {
    this.room.left(cause)
  }
  protected override errorRaised(error: TransportError): void {
    this.room.raised(error)
  }
}

/** A joiner that tells a room what happens. */
class Guest extends JoinPeer {
  constructor(
    options: PeerOptions,
    private readonly room: PyileRoom,
  ) {
    super(options)
  }

  protected override messageReceived(message: Message): void {
    this.room.received(this, message)
  }
  protected override peersChanged(peers: readonly PeerAddress[]): void {
    this.room.listed(peers)
  }
  protected override noteAdded(note: Note): void {
    this.room.noted(note)
  }
  protected override left(cause: Error | undefined): void {
    this.room.left(cause)
  }
  protected override errorRaised(error: TransportError): void {
    this.room.raised(error)
  }
}

interface CommonValues {
  readonly alias?: string
  readonly advertise?: string
  readonly 'peer-port'?: string
  readonly framing?: string
  readonly 'seal-file'?: string
  readonly tls?: boolean
  readonly ca?: string
  readonly insecure?: boolean
}

const MAX_PORT = 65_535

/** What both kinds of peers are made from. */
const peerOptionsFrom = async (values: CommonValues, alias: string, host: string): Promise<PeerOptions> => {
  const { advertise, 'peer-port': peerPort, framing, 'seal-file': sealFile } = values
  if (sealFile !== undefined && framing === 'json') throw new UsageError('--seal-file needs --framing handshake')
  const secured = await serverTls(values, new ConnectionDetails(host, 0))
  const { tls: client } = await clientTls(values)
  return {
    alias: values.alias ?? alias,
    host,
    ...(advertise === undefined ? {} : { advertisedHost: advertise }),
    ...(peerPort === undefined ? {} : { peerPort: numberFrom(peerPort, '--peer-port', 0, MAX_PORT) }),
    ...(framing === undefined ? {} : { framing: oneOf(framing, '--framing', ['json', 'handshake']) }),
    ...(sealFile === undefined ? {} : { seal: { key: await firstLineOf(sealFile) } }),
    ...(secured === undefined ? {} : { tls: { server: secured.tls, client: client ?? true } }),
  }
}

/** What options of a peer are called here. */
const NAMES: Readonly<Record<string, string>> = {
  advertisedHost: '--advertise',
  alias: '--alias',
  host: 'the own address',
  key: '--seal-file',
  password: 'the password',
}

/** Where a guest connects from, unless told: on this machine only, 127.0.0.1 will do. @throws UsageError */
const ownHost = ({ host }: ConnectionDetails): string => {
  if (host === 'localhost' || host.startsWith('127.')) return '127.0.0.1'
  throw new UsageError(`--from is missing`, `give the address of this machine at which ${host} finds it`)
}

const runHost = async (args: readonly string[], io: Io): Promise<number> => {
  const { values, positionals } = readArguments(args, HOST_OPTIONS, 1)
  const { host, port } = tcpOnly(addressFrom(positionals[0] ?? String(PORT)))
  const { attempts, 'dist-port': distPort } = values
  const limits = {
    ...(attempts === undefined ? {} : { passwordAttempts: numberFrom(attempts, '--attempts', 1, 1_000_000) }),
    ...(distPort === undefined ? {} : { distPort: numberFrom(distPort, '--dist-port', 0, MAX_PORT) }),
  }
  const options = await peerOptionsFrom(values, 'host', host === '::' ? '0.0.0.0' : host)
  const password = await passwordFrom(values, io)
  if (password === '') throw new UsageError('the password is empty', 'everybody could come in')
  const report = new Report(io, values.json === true)
  const room = new PyileRoom(io, report, HOST_OPTIONS)
  await using peer = understood(NAMES, () => new Host({ ...options, ...limits, port, password }, room))
  await peer.authenticatePeers()
  const where = peerName(peer.address)
  const facts = { host: peer.address[0], port: peer.address[1], peer: peerName(peer.peerAddress) }
  const join = `${typedName(io, process.cwd())} pyile join ${where}`
  report.tell('listening', facts, `room on ${where}; join with: ${join}`)
  await room.talk(peer)
  return 0
}

const runJoin = async (args: readonly string[], io: Io): Promise<number> => {
  const { values, positionals } = readArguments(args, JOIN_OPTIONS, 1)
  const address = tcpOnly(targetFrom(needed(positionals, 0, '[HOST:]PORT')))
  const options = await peerOptionsFrom(values, 'guest', values.from ?? ownHost(address))
  const password = await passwordFrom(values, io)
  const report = new Report(io, values.json === true)
  const room = new PyileRoom(io, report, JOIN_OPTIONS)
  await using peer = understood(NAMES, () => new Guest(options, room))
  await peer.getAuthenticated(address, password, { signal: io.stop })
  report.tell('joined', { peer: peerName(peer.peerAddress) }, 'you are in; leave with /leave')
  await room.talk(peer)
  return 0
}

const SAYING =
  'Each line typed goes to everybody, /to ALIAS TEXT to one, /peers says who is there; an address\ndoes for ALIAS. /leave, the end of the input, SIGINT and SIGTERM end it.'
const SECRETS = `The password comes from --password, --password-file, the variable ${PASSWORD_VARIABLE}, or is asked\nfor on the terminal, unseen. Original peers send it in the clear; --tls or --seal-file hide it, and\neverything else, between our own.`
const EVENTS =
  'With --json the lines are\n  {"event":"listening","host","port","peer"} or {"event":"joined","peer"}\n  {"event":"message","from","alias","direct","peer","text"}    {"event":"peers","peers"}\n  {"event":"note","state","text"}    {"event":"sent","to",...}    {"event":"left","cause"}'

export const pyileHost: Command = {
  usage: '[[HOST:]PORT] [options]',
  options: HOST_OPTIONS,
  notes: [`Without an address it listens on 127.0.0.1:${PORT}. Originals can join.`, SAYING, SECRETS, EVENTS],
  examples: [
    ['pyile host --alias ada', `on 127.0.0.1:${PORT}, and asks for the password`],
    ['pyile host 192.168.1.5:4702 --password-file room.txt', 'for that network'],
    ['pyile host 0 --password 1234 --attempts 1 --json', 'on any free port, for a program to read'],
  ],
  run: runHost,
}

export const pyileJoin: Command = {
  usage: '[HOST:]PORT [options]',
  options: JOIN_OPTIONS,
  notes: [SAYING, SECRETS, EVENTS],
  examples: [
    [`pyile join ${PORT} --alias bob`, 'a room on this machine'],
    ['pyile join 192.168.1.5:4702 --from 192.168.1.7 --alias bob', 'one in your network'],
  ],
  run: runJoin,
}
