import type { JsonObject } from '@/protocols/stp/jsonText.js'
import { encodeBody, encodePacket } from '@/protocols/stp/packet.js'
import type { Identity, RemoteKey } from '@/protocols/stp/rsaKeys.js'
import { fitsOneBlock, HYBRID, sealBlock, sealHybrid } from '@/protocols/stp/sealedBody.js'
import type { StpProtocol } from '@/protocols/stp/stpPacket.js'
import { TransportError } from '@/errors.js'

/** Who a packet is from. */
export interface Author {
  readonly session: string
  readonly user: string
  readonly hostname: string
  readonly udpport: number
  readonly tcpport: number
  readonly identity: Identity
  /** `hybrid-1` is announced. */
  readonly hybrid: boolean
  readonly maxPacketBytes: number
}

/** Whom it is sealed for. */
export interface Recipient {
  readonly key: RemoteKey
  /** It has announced `hybrid-1`. */
  readonly hybrid: boolean
}

/** What a packet is to say. */
export interface Letter {
  readonly protocol: StpProtocol
  readonly namespace: string
  readonly data: unknown
  /** Nobody else can read the body; undefined for a plain one. */
  readonly recipient: Recipient | undefined
  readonly passPubKey: boolean
}

/**
 * One packet. What is to be sealed is sealed or refused, and never plain.
 * @throws TransportError BODY_UNSEALABLE, MESSAGE_UNSENDABLE
 * @see WIRE.md, "packet"
 */
export const writePacket = (author: Author, letter: Letter): Buffer => {
  const { recipient, data } = letter
  const plain = encodeBody(data)
  if (recipient === undefined) return encodePacket(headerOf(author, letter, false), () => plain, author.maxPacketBytes)
  const { key } = recipient
  const oneBlock = fitsOneBlock(plain.length, key)
  if (!oneBlock && !(recipient.hybrid && author.hybrid)) {
    const announced = recipient.hybrid
    throw new TransportError('BODY_UNSEALABLE', { bytes: plain.length, modulusBytes: key.modulusBytes, announced })
  }
  const seal = oneBlock
    ? (): Buffer => sealBlock(plain, key)
    : (headerBytes: Buffer): Buffer => sealHybrid(plain, headerBytes, key)
  return encodePacket(headerOf(author, letter, !oneBlock), seal, author.maxPacketBytes)
}

const headerOf = (author: Author, letter: Letter, hybridBody: boolean): JsonObject => ({
  ...(letter.protocol === 'UDP' ? { udp_session: author.session } : {}),
  namespace: letter.namespace,
  user: author.user,
  hostname: author.hostname,
  udpport: author.udpport,
  tcpport: author.tcpport,
  encrypted: letter.recipient !== undefined,
  ...(author.hybrid ? { features: [HYBRID] } : {}),
  ...(hybridBody ? { enc: HYBRID } : {}),
  ...(letter.passPubKey ? { public_key: author.identity.publicKeyHex } : {}),
})
