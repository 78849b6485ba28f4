import { TransportError } from '@/errors.js'
import { base64Length, decodeBase64 } from '@/protocols/pnet/base64.js'
import { type FernetKey, sealedLength } from '@/protocols/pnet/fernetKey.js'
import { decodePacket, encodePacket, framePacket, type Packet, type PacketType } from '@/protocols/pnet/packet.js'
import type { NodePublicKey } from '@/protocols/pnet/publicKey.js'
import { carriesKey, type Refusal } from '@/protocols/pnet/refusal.js'
import { type Sources, SYSTEM_SOURCES } from '@/protocols/pnet/sources.js'

/** Which network, and what only its nodes know. */
export interface NetworkOptions {
  /** Free text without `|` and line breaks, and without white space around it; visible to all. At most 255 bytes of UTF-8. */
  readonly networkId: string
  /** Seals the content of every packet; without it content is open. */
  readonly networkKey?: FernetKey
}

/** Largest network id. */
const MAX_NETWORK_ID_BYTES = 255
const NO_KEY = ''
/** So much of the word of a refusal is kept; the longest that the original has is 25 long. */
const MAX_WORD_BYTES = 64

/** Writes and reads the packets of one network, its layer of encryption included. @see WIRE.md, "packet" */
export class Network {
  readonly id: string
  readonly #key: FernetKey | undefined
  readonly #sources: Sources

  /** @throws TransportError OPTION_INVALID */
  constructor({ networkId, networkKey }: NetworkOptions, sources: Sources = SYSTEM_SOURCES) {
    this.id = checkNetworkId(networkId)
    this.#key = networkKey
    this.#sources = sources
  }

  /** Whether content is sealed with a network key. */
  get sealed(): boolean {
    return this.#key !== undefined
  }

  /**
   * @param payload an envelope, or an advertisement as UTF-8
   * @returns one line, its newline included
   */
  encode(type: Exclude<PacketType, 'err'>, payload: Buffer, key: NodePublicKey): Buffer {
    const sections = { networkId: this.id, type, key: key.field }
    const networkKey = this.#key
    if (networkKey === undefined) return encodePacket({ ...sections, content: payload })
    return framePacket({
      ...sections,
      contentBytes: base64Length(sealedLength(payload.length)),
      fill: (line, end) => networkKey.sealTwiceInto(payload, line, end, this.#sources),
    })
  }

  /** @param own told only to those who could open the network layer */
  encodeRefusal(refusal: Refusal, own: NodePublicKey): Buffer {
    const key = carriesKey(refusal) ? own.field : NO_KEY
    return encodePacket({ networkId: this.id, type: 'err', content: Buffer.from(refusal), key })
  }

  /**
   * Reads a packet that should be of one of these types, and opens its content. The checks come in the order in which
   * the original makes them; of several things that are wrong the first is told.
   * @param line one packet, with or without its newline
   * @returns the packet with its payload as `content`
   * @throws TransportError PACKET_MALFORMED, NETWORK_DIFFERENT, PACKET_UNEXPECTED, NETWORK_KEY_DIFFERENT; `refusalOf`
   * knows the answer. PACKET_REFUSED when a reply was to be read, and it is an `err`: the detail `refusal` has its word
   */
  decode(line: Uint8Array, types: readonly PacketType[]): Packet {
    const packet = decodePacket(line)
    if (packet.networkId !== this.id) {
      throw new TransportError('NETWORK_DIFFERENT', { refusal: 'ERR_NETWORK_INCORRECT' })
    }
    if (packet.type === 'err' && types.includes('rsp')) {
      throw new TransportError('PACKET_REFUSED', { refusal: packet.content.toString('utf8', 0, MAX_WORD_BYTES) })
    }
    if (!types.some((type) => type === packet.type)) {
      throw new TransportError('PACKET_UNEXPECTED', { refusal: 'ERR_PACKET_TYPE' })
    }
    return { ...packet, content: this.#open(packet) }
  }

  #open({ type, content }: Packet): Buffer {
    if (this.#key === undefined) return type === 'rsp' ? withoutQuotes(content) : content
    const token = decodeBase64(content)
    if (token === undefined) throw new TransportError('PACKET_MALFORMED', { problem: 'its content is not base64' })
    try {
      return this.#key.openConsuming(token)
    } catch (cause) {
      throw new TransportError('NETWORK_KEY_DIFFERENT', { refusal: 'ERR_NET_DECRYPTION_FAILED' }, { cause })
    }
  }
}

/** Without a network key the original writes a reply as `b'...'`, the printed form of its bytes. */
const withoutQuotes = (content: Buffer): Buffer => {
  const quoted = content[0] === 0x62 && content[1] === 0x27 && content.at(-1) === 0x27 && content.length > 2
  return quoted ? content.subarray(2, -1) : content
}

const checkNetworkId = (networkId: string): string => {
  const wrong = /[|\r\n]|\p{Surrogate}|^\s|\s$/u.exec(networkId)
  if (wrong === null && Buffer.byteLength(networkId) <= MAX_NETWORK_ID_BYTES) return networkId
  throw new TransportError('OPTION_INVALID', {
    option: 'networkId',
    given: networkId.slice(0, MAX_NETWORK_ID_BYTES),
    expected: `at most ${MAX_NETWORK_ID_BYTES} bytes without | and line breaks, and without white space around them`,
  })
}
