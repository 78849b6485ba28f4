import { readFileSync } from 'node:fs'
import { openEnvelope, sealEnvelope } from '@/protocols/pnet/envelope.js'
import { FernetKey } from '@/protocols/pnet/fernetKey.js'
import { Network } from '@/protocols/pnet/network.js'
import { NodeKey } from '@/protocols/pnet/nodeKey.js'
import type { Picklable, PickleValue } from '@/protocols/pnet/pickle/pickleValue.js'
import { PickleTuple } from '@/protocols/pnet/pickle/pickleValue.js'
import { decodeUniversal, encodeUniversal } from '@/protocols/pnet/universal.js'
import { hex } from './hex.js'

/** A value as the recordings write it: `json` may hold `{"$bytes": hex}`. */
export interface RecordedValue {
  readonly t: 'str' | 'bytes' | 'json' | 'repr' | 'stream'
  readonly v: unknown
}

interface RecordedPacket {
  readonly from: 'client' | 'server' | 'udp'
  readonly hex: string
  readonly conn?: number
  readonly opened?: { readonly value: RecordedValue }
}

/** What the recordings say of a conversation. */
export interface PnetMeta {
  readonly network_encrypted: boolean
  readonly half_close?: boolean
  readonly client_call?: {
    readonly cmd: 'send' | 'message' | 'call'
    readonly target: string | readonly string[]
    readonly command?: string
    readonly function?: string
    readonly args?: readonly unknown[]
    readonly kwargs?: Readonly<Record<string, unknown>>
    readonly value?: RecordedValue
    readonly stream?: boolean
  }
  readonly server_invoked?: readonly {
    readonly function: string
    readonly originator?: string
    readonly value?: RecordedValue
    readonly args?: readonly unknown[]
    readonly kwargs?: Readonly<Record<string, unknown>>
  }[]
  readonly result?: { readonly event: string; readonly value?: RecordedValue }
  readonly reference?: {
    readonly invoked?: readonly { readonly value: RecordedValue }[]
    readonly peers_after: Readonly<Record<string, string>> | readonly { readonly name: string; readonly addr: string }[]
  }
  readonly content?: string
}

export interface PnetCase {
  readonly name: string
  readonly description: string
  readonly steps: readonly RecordedPacket[]
  readonly meta: PnetMeta
}

/** One request and what was answered to it; undefined where the server closed without a byte. */
export interface Exchange {
  readonly request: Buffer
  readonly asked: RecordedValue | undefined
  readonly reply: Buffer | undefined
  readonly answered: RecordedValue | undefined
}

interface File {
  readonly keys: {
    readonly network_key: string
    readonly network_id: string
    readonly nodes: Readonly<Record<string, { readonly private_key_pem: string; readonly public_key_field: string }>>
  }
  readonly cases: readonly PnetCase[]
}

const FILE: File = JSON.parse(readFileSync('spec/vectors/pnet.json', 'utf8'))

export const NETWORK_KEY = FernetKey.parse(FILE.keys.network_key)
export const NETWORK_ID = FILE.keys.network_id

const node = (name: string): { private_key_pem: string; public_key_field: string } => {
  const found = FILE.keys.nodes[name]
  if (found === undefined) throw new Error(`the recordings know no ${name}`)
  return found
}

/** The recorded private key of a node. */
export const recordedKey = (name: 'alice' | 'bob' | 'carol'): NodeKey => NodeKey.parsePem(node(name).private_key_pem)
export const ALICE = recordedKey('alice')
export const BOB = recordedKey('bob')
export const CAROL = recordedKey('carol')

export const recordedNetwork = (sealed: boolean): Network =>
  new Network(sealed ? { networkId: NETWORK_ID, networkKey: NETWORK_KEY } : { networkId: NETWORK_ID })

/** The cases whose names begin so. */
export const pnetCases = (start: RegExp): readonly PnetCase[] => FILE.cases.filter(({ name }) => start.test(name))

export const pnetCase = (name: string): PnetCase => {
  const found = FILE.cases.find((one) => one.name === name)
  if (found === undefined) throw new Error(`nothing was recorded as ${name}`)
  return found
}

/** The requests of a conversation in their order. */
export const exchangesOf = ({ steps }: PnetCase): Exchange[] => {
  const numbers = [...new Set(steps.map(({ conn }) => conn ?? 0))]
  return numbers.map((number) => {
    const own = steps.filter(({ conn }) => (conn ?? 0) === number)
    const [request, reply] = [own.find(({ from }) => from === 'client'), own.find(({ from }) => from === 'server')]
    return {
      request: hex(request?.hex ?? ''),
      asked: request?.opened?.value,
      reply: reply === undefined ? undefined : hex(reply.hex),
      answered: reply?.opened?.value,
    }
  })
}

/** A sealed packet as its receiver reads it. */
export const opened = (packet: Uint8Array, type: 'msg' | 'rsp', receiver: NodeKey, sealed: boolean): PickleValue =>
  decodeUniversal(openEnvelope(recordedNetwork(sealed).decode(packet, [type]).content, receiver))

/** A packet of `sender` for `receiver`. */
export const sealedPacket = (
  type: 'msg' | 'rsp',
  value: Picklable,
  sender: NodeKey,
  receiver: NodeKey,
  sealed = true,
): Buffer =>
  recordedNetwork(sealed).encode(type, sealEnvelope(encodeUniversal(value), receiver.publicKey), sender.publicKey)

/** A value of ours as the recordings write it, without its kind. */
export const plainOf = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('hex') }
  if (Array.isArray(value)) return value.map(plainOf)
  if (value instanceof PickleTuple) return { $tuple: value.items.map(plainOf) }
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, member]) => [String(key), plainOf(member)]))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plainOf(member)]))
  }
  return value
}

/** What a recorded value is, without its kind. */
export const recordedPlain = ({ t, v }: RecordedValue): unknown => (t === 'bytes' ? { $bytes: v } : v)

/** The value behind `dt` of a command, as the recordings write values. */
export const plainData = (data: string): unknown => plainOf(decodeUniversal(Buffer.from(data.replaceAll('~', '='))))

/** The word of a command, and its arguments in their order. */
export const commandIn = (text: unknown): { readonly word: string; readonly args: ReadonlyMap<string, string> } => {
  if (typeof text !== 'string') throw new Error('it is no text')
  const [word = '', query = ''] = text.split('?', 2)
  const pairs = query.split('&').map((argument) => argument.split('=', 2))
  return { word, args: new Map(pairs.map(([key = '', value = '']) => [key, value])) }
}
