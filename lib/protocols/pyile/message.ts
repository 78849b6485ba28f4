import type { PeerAddress } from '@/protocols/pyile/peerAddress.js'
import { addressIn, type Arrived, has, readObject } from '@/protocols/pyile/wireValue.js'
import { wireText, wireTextOf } from '@/protocols/pyile/wireText.js'
import { RecvException } from '@/protocols/pyile/exceptions.js'

/** What `to` says of a message to everybody. */
export const BROADCAST = 'Broadcast'

/**
 * One message, with every member it came with. `from` and `alias` are what the sender says of itself; nobody has
 * checked them.
 */
export interface Message {
  /** Any JSON value; normally text. */
  readonly data: unknown
  /** Free text; what came in its place and is none is kept as JSON. */
  readonly alias?: string
  /** `Broadcast`, the address of the receiver, or whatever else the sender has put there. */
  readonly to: unknown
  readonly from: PeerAddress
  /** Only on messages of this peer's own. */
  readonly self?: true
  readonly [member: string]: unknown
}

/** A message of this peer's own: what is stored, and what leaves. */
export interface OwnMessage {
  readonly stored: Message
  readonly bytes: Buffer
}

/** @throws SendException VALUE_UNSENDABLE when JSON has no form for `data` or `to` */
export const ownMessage = (data: unknown, alias: string, to: unknown, from: PeerAddress): OwnMessage => {
  const members = { data, alias, to, from }
  // One by one: of the whole, JSON.stringify would leave out a member that has no form.
  const text = Object.entries(members).map(([name, value]) => `"${name}": ${wireTextOf(value)}`)
  return { stored: { ...members, self: true }, bytes: Buffer.from(`{${text.join(', ')}}`, 'latin1') }
}

/** A message that has arrived, and its text. */
export interface ReceivedMessage {
  readonly message: Message
  readonly text: string
}

/** @throws RecvException VALUE_MALFORMED */
export const readMessage = (bytes: Uint8Array): ReceivedMessage => {
  const object = readObject(bytes)
  if (!has(object, 'to')) throw new RecvException('VALUE_MALFORMED', { problem: 'to is missing', size: bytes.length })
  const { self: _theirs, ...members } = object.members
  const from = addressIn(object, 'from')
  const alias = aliasIn(object)
  const message = { ...members, data: members['data'], to: members['to'], from }
  return { message: alias === undefined ? message : { ...message, alias }, text: object.text }
}

/** The answer to a message: all of it, and who has it now. */
export const receiptFor = (text: string, alias: string): Buffer =>
  Buffer.from(`{"data": ${wireText(text)}, "alias": ${wireTextOf(alias)}}`, 'latin1')

/** Who says in a receipt that it has the message; undefined when it is no receipt, empty when it has no alias. */
export const readReceipt = (bytes: Uint8Array): string | undefined => {
  try {
    const object = readObject(bytes)
    return has(object, 'data') ? (aliasIn(object) ?? '') : undefined
  } catch {
    return undefined
  }
}

const aliasIn = (object: Arrived): string | undefined => {
  if (!has(object, 'alias')) return undefined
  const alias = object.members['alias']
  return typeof alias === 'string' ? alias : JSON.stringify(alias)
}
