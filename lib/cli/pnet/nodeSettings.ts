import { numberFrom, oneOf, type Options } from '@/cli/arguments.js'
import { textFile, writeTextFile } from '@/cli/textFile.js'
import type { OptionNames } from '@/cli/understood.js'
import { FernetKey, NodeKey, type NodeOptions } from '@/protocols/pnet/index.js'
import { TransportError } from '@/errors.js'

/** What every pnet command takes: which network, by which way. */
export const NETWORK = {
  network: { type: 'string', value: 'ID', help: 'network id; nodes unless given' },
  'network-key': { type: 'string', value: 'FILE', help: 'seals with the 44 characters in this file, all nodes alike' },
  'advertise-port': {
    type: 'string',
    value: 'PORT',
    help: 'UDP port on which nodes tell of themselves; 3334 unless given',
  },
  framing: { type: 'string', value: 'NAME', help: 'pnet (default), or handshake where all nodes are ours' },
} as const satisfies Options

/** What a node takes that others are to know. */
export const IDENTITY = {
  name: { type: 'string', value: 'NAME', help: 'what others call this node' },
  key: { type: 'string', value: 'FILE', help: 'RSA key of this node, PEM; made there if there is none' },
} as const satisfies Options

/** What options of a node are called here. */
export const NODE_NAMES: OptionNames = {
  name: '--name',
  networkId: '--network',
  host: '--advertised-host',
}

/** The values of these options, as far as the command has them. */
interface Given {
  readonly name?: string
  readonly key?: string
  readonly network?: string
  readonly 'network-key'?: string
  readonly 'advertise-port'?: string
  readonly framing?: string
}

/**
 * @param fallback the name of a node that was given none
 * @throws UsageError; TransportError FILE_FAILED, FERNET_KEY_INVALID, NODE_KEY_INVALID
 */
export const nodeSettings = async (given: Given, fallback: string): Promise<NodeOptions> => {
  const name = given.name ?? fallback
  const port = given['advertise-port']
  const secret = given['network-key']
  return {
    name,
    framing: oneOf(given.framing ?? 'pnet', '--framing', ['pnet', 'handshake']),
    ...(given.network === undefined ? {} : { networkId: given.network }),
    ...(port === undefined ? {} : { advertisePort: numberFrom(port, '--advertise-port', 1, 65_535) }),
    ...(secret === undefined ? {} : { networkKey: FernetKey.parse((await textFile(secret)).trim()) }),
    ...(given.key === undefined ? {} : { key: await keyIn(given.key) }),
  }
}

/** The key in a file; when there is no such file, a new one, which is kept there. */
const keyIn = async (path: string): Promise<NodeKey> => {
  try {
    return NodeKey.parsePem(await textFile(path))
  } catch (error) {
    const isMissing = error instanceof TransportError && error.detail['system'] === 'ENOENT'
    if (!isMissing) throw error
  }
  const key = await NodeKey.generate()
  await writeTextFile(path, key.exportPem(), { mode: 0o600, flag: 'wx' })
  return key
}
