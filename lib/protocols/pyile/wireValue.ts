import { RecvException } from '@/protocols/pyile/exceptions.js'
import { type PeerAddress, readPeerAddress } from '@/protocols/pyile/peerAddress.js'
import { wireTextOf } from '@/protocols/pyile/wireText.js'

/** Bytes of JSON values, as peers write them. @see WIRE.md, "Values" */
export const wireBytes = (value: unknown): Buffer => Buffer.from(wireTextOf(value), 'latin1')

/** Brackets open at once; no more fit into the 2,048 bytes of originals, and what is much deeper cannot be written again. */
export const MAX_DEPTH = 1_024

/** What both ends say to show that they are there. */
export const BEAT = wireBytes({ '<3': true })

/** An object that has arrived, as text and with its members. */
export interface Arrived {
  readonly text: string
  readonly members: Readonly<Record<string, unknown>>
}

/** @throws RecvException VALUE_MALFORMED unless it is one JSON object in UTF-8 */
export const readObject = (bytes: Uint8Array): Arrived => {
  let text: string
  let value: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    value = JSON.parse(text)
  } catch (cause) {
    throw malformed('it is not JSON', bytes.length, { cause })
  }
  if (isDeep(value)) throw malformed(`more than ${MAX_DEPTH} brackets are open`, bytes.length)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('it is no object', bytes.length)
  }
  return { text, members: { ...value } }
}

/** Whether there is such a member; never one that all objects inherit. */
export const has = ({ members }: Arrived, name: string): boolean => Object.hasOwn(members, name)

/** @throws RecvException VALUE_MALFORMED */
export const booleanIn = (object: Arrived, name: string): boolean => {
  const value = memberOf(object, name)
  if (typeof value === 'boolean') return value
  throw malformed(`${name} is neither true nor false`, object.text.length)
}

/** @throws RecvException VALUE_MALFORMED */
export const textIn = (object: Arrived, name: string): string => {
  const value = memberOf(object, name)
  if (typeof value === 'string') return value
  throw malformed(`${name} is not text`, object.text.length)
}

/** @throws RecvException VALUE_MALFORMED */
export const addressIn = (object: Arrived, name: string): PeerAddress => {
  const address = readPeerAddress(memberOf(object, name))
  if (address !== undefined) return address
  throw malformed(`${name} is no address`, object.text.length)
}

/** @param most addresses @throws RecvException VALUE_MALFORMED */
export const addressesIn = (object: Arrived, name: string, most: number): readonly PeerAddress[] => {
  const value = memberOf(object, name)
  if (!Array.isArray(value)) throw malformed(`${name} is no list`, object.text.length)
  if (value.length > most)
    throw malformed(`${name} has ${value.length} addresses, more than ${most}`, object.text.length)
  const addresses = value.map(readPeerAddress).filter((address) => address !== undefined)
  if (addresses.length === value.length) return addresses
  throw malformed(`${name} holds what is no address`, object.text.length)
}

const isDeep = (value: unknown): boolean => {
  let level: unknown[] = [value]
  for (let depth = 0; depth <= MAX_DEPTH && level.length > 0; depth++) {
    level = level.flatMap((inner) => (typeof inner === 'object' && inner !== null ? Object.values(inner) : []))
  }
  return level.length > 0
}

const memberOf = (object: Arrived, name: string): unknown => (has(object, name) ? object.members[name] : undefined)

const malformed = (problem: string, size: number, options?: ErrorOptions): RecvException =>
  new RecvException('VALUE_MALFORMED', { problem, size }, options)
