import { isUtf8 } from 'node:buffer'
import { isIPv4 } from 'node:net'
import { TransportError } from '@/errors.js'
import { checkNodeName, MAX_NAME_BYTES } from '@/protocols/pnet/names.js'
import type { Network } from '@/protocols/pnet/network.js'
import type { NodePublicKey } from '@/protocols/pnet/publicKey.js'
import type { PublicKeyCache } from '@/protocols/pnet/publicKeyCache.js'
import type { Refusal } from '@/protocols/pnet/refusal.js'

/** Where a node says that it is to be found. */
export interface Advertisement {
  readonly name: string
  /** Dotted IPv4, or the word `localhost`, which means 127.0.0.1. */
  readonly host: string
  /** 1 to 65_535. */
  readonly port: number
}

/** What one line of a datagram holds: an advertisement and the key of its node, or what is wrong with it. */
export type Sighting =
  | { readonly advertisement: Advertisement; readonly key: NodePublicKey }
  | { readonly error: TransportError }

/** The original reads no more of a datagram. */
export const MAX_ADVERTISEMENT_BYTES = 1_024
/** Larger datagrams are not looked at. */
export const MAX_DATAGRAM_BYTES = 4_096

const NEWLINE = 0x0a
const LOCALHOST = 'localhost'
const MAX_PORT = 65_535

/**
 * The payload of an `adv`.
 * @throws TransportError NAME_UNUSABLE, ADDRESS_INVALID
 * @see WIRE.md, "advertisement"
 */
export const encodeAdvertisement = ({ name, host, port }: Advertisement): Buffer => {
  checkNodeName(name)
  const whole = Number.isInteger(port) && port >= 1 && port <= MAX_PORT
  if (whole && (host === LOCALHOST || isIPv4(host))) return Buffer.from(`${name}@${host}:${port}`)
  const advice = 'give a dotted IPv4 address or localhost, and a port from 1 to 65535'
  throw new TransportError('ADDRESS_INVALID', { given: `${host}:${port}`, advice })
}

/**
 * @param localhost whether the word is taken for an address; over TCP the original refuses it
 * @throws TransportError ADVERTISEMENT_MALFORMED; `refusalOf` knows the answer
 */
export const decodeAdvertisement = (payload: Buffer, localhost: boolean): Advertisement => {
  if (!isUtf8(payload)) throw malformed('it is not UTF-8')
  const [name = '', place = '', ...more] = payload.toString().split('@', 3)
  const colonAt = place.lastIndexOf(':')
  if (name === '' || more.length > 0 || colonAt < 0)
    throw malformed('it is not NAME@HOST:PORT', 'ERR_BR_INVALID_FORMAT')
  // Names are kept, and over TCP a payload can be as large as a packet.
  if (payload.length > MAX_ADVERTISEMENT_BYTES || Buffer.byteLength(name) > MAX_NAME_BYTES)
    throw malformed('its name is too long', 'ERR_BR_INVALID_FORMAT')
  const host = place.slice(0, colonAt)
  const digits = place.slice(colonAt + 1)
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0
  const known = isIPv4(host) || (localhost && host === LOCALHOST)
  if (known && port >= 1 && port <= MAX_PORT) return { name, host, port }
  throw malformed('it has no IPv4 address and port', 'ERR_BR_INVALID_IP')
}

/**
 * The datagram that advertises a node: one line.
 * @throws TransportError NAME_UNUSABLE, ADDRESS_INVALID, or MESSAGE_UNSENDABLE above 1024 bytes, which a key of more
 * than 3072 bits or a long name brings about
 */
export const encodeDatagram = (advertisement: Advertisement, network: Network, key: NodePublicKey): Buffer => {
  const line = network.encode('adv', encodeAdvertisement(advertisement), key)
  if (line.length <= MAX_ADVERTISEMENT_BYTES) return line
  const problem = 'an advertisement needs a shorter name, network id or key'
  throw new TransportError('MESSAGE_UNSENDABLE', { bytes: line.length, limit: MAX_ADVERTISEMENT_BYTES, problem })
}

/** Reads a datagram by itself, line by line. Never throws; nothing is remembered for the next but the keys. */
export const decodeDatagram = (datagram: Uint8Array, network: Network, keys: PublicKeyCache): Sighting[] => {
  if (datagram.length > MAX_DATAGRAM_BYTES) return [{ error: malformed(`it has ${datagram.length} bytes`) }]
  const sightings: Sighting[] = []
  for (let start = 0; start < datagram.length; ) {
    const newline = datagram.indexOf(NEWLINE, start)
    const end = newline < 0 ? datagram.length : newline
    sightings.push(sighted(datagram.subarray(start, end), network, keys))
    start = end + 1
  }
  return sightings
}

const sighted = (line: Uint8Array, network: Network, keys: PublicKeyCache): Sighting => {
  try {
    const packet = network.decode(line, ['adv'])
    const advertisement = decodeAdvertisement(packet.content, true)
    return { advertisement, key: keys.parseField(packet.key) }
  } catch (error) {
    if (error instanceof TransportError) return { error }
    throw error
  }
}

const malformed = (problem: string, refusal?: Refusal): TransportError =>
  new TransportError('ADVERTISEMENT_MALFORMED', { problem, refusal })
