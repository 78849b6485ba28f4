import { numberFrom, oneOf, type Options } from '@/cli/arguments.js'
import { interfaceFrom } from '@/cli/networkOption.js'
import { textFile } from '@/cli/textFile.js'
import { understood } from '@/cli/understood.js'
import { UsageError } from '@/cli/usageError.js'
import { type Json, SEED_GROUP, type StpOptions, StpServer } from '@/protocols/stp/index.js'

/** What every STP command takes; several nodes can run on one machine. */
export const STP_NODE = {
  user: { type: 'string', value: 'NAME', help: 'who we are; the login name unless given' },
  group: {
    type: 'string',
    value: 'ADDRESS',
    help: `multicast group; ${SEED_GROUP} unless given, 224.0.0.109 of later peers`,
  },
  'udp-port': { type: 'string', value: 'PORT', help: 'port of the group, the same for all; 57000 unless given' },
  interface: {
    type: 'string',
    value: 'NAME',
    help: 'name or address of the network to speak on; 127.0.0.1 stays here',
  },
  ttl: { type: 'string', value: 'HOPS', help: 'routers a multicast may pass; 20 unless given' },
  key: { type: 'string', value: 'FILE', help: 'own RSA private key (PEM); a fresh one unless given' },
  framing: { type: 'string', value: 'NAME', help: 'over TCP: stp (default) or handshake, the same at all ends' },
} as const satisfies Options

interface Values {
  readonly user?: string | undefined
  readonly group?: string | undefined
  readonly 'udp-port'?: string | undefined
  readonly 'tcp-port'?: string | undefined
  readonly host?: string | undefined
  readonly interface?: string | undefined
  readonly ttl?: string | undefined
  readonly key?: string | undefined
  readonly framing?: string | undefined
}

/**
 * Options of a node as they were typed.
 * @param leastUdpPort 0 for one that others are to find, and that tells them its port
 * @throws UsageError; TransportError FILE_FAILED
 */
export const stpOptions = async (values: Values, leastUdpPort = 1): Promise<StpOptions> => {
  const { user, group, interface: network, host, ttl, key, framing } = values
  const { 'udp-port': udpport, 'tcp-port': tcpport } = values
  if (user === '') throw new UsageError('--user wants a name', 'or leave it out, for the login name')
  return {
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { maddr: group }),
    ...(network === undefined ? {} : { multicastInterface: interfaceFrom(network) }),
    ...(host === undefined ? {} : { host }),
    ...(udpport === undefined ? {} : { udpport: numberFrom(udpport, '--udp-port', leastUdpPort, 65_535) }),
    ...(tcpport === undefined ? {} : { tcpport: numberFrom(tcpport, '--tcp-port', 0, 65_535) }),
    ...(ttl === undefined ? {} : { multicastTtl: numberFrom(ttl, '--ttl', 0, 255) }),
    ...(framing === undefined ? {} : { framing: oneOf(framing, '--framing', ['stp', 'handshake']) }),
    ...(key === undefined ? {} : { key: await textFile(key) }),
  }
}

/** What is to be sent, as text or, with `--parse`, as JSON. @throws UsageError */
export const stpData = (text: string, parse: boolean): Json => {
  if (!parse) return text
  try {
    const data: Json = JSON.parse(text)
    return data
  } catch {
    throw new UsageError(`--parse wants JSON, not ${JSON.stringify(text)}`, 'such as \'{"a":1}\'')
  }
}

export const STP_PARSE = {
  parse: { type: 'boolean', help: 'DATA is JSON; text unless given' },
} as const satisfies Options

/** What options of a node are called here. */
const NAMES: Readonly<Record<string, string>> = { key: '--key', maddr: '--group' }

/** Makes a node. @throws UsageError */
export const stpNode = <Node extends StpServer>(make: () => Node): Node => understood(NAMES, make)

/** Two errands of one machine are one peer to all others, and a key that is new each time would be a change of its key. */
export const ERRAND_KEY =
  'No key goes along unless --key is given: one that is made for a single packet would look to\nall others as if the key of a peer had changed.'

/** For one errand: what goes wrong with it, its own calls say. */
export class StpErrand extends StpServer {
  protected override errorRaised(): void {}
}
