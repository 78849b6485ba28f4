import { TransportError } from '@/errors.js'
import { base64Length, decodeBase64, encodeBase64, encodeBase64InPlace } from '@/protocols/pnet/base64.js'
import { FernetKey, sealedLength } from '@/protocols/pnet/fernetKey.js'
import type { NodeKey } from '@/protocols/pnet/nodeKey.js'
import type { NodePublicKey } from '@/protocols/pnet/publicKey.js'
import { type Sources, SYSTEM_SOURCES } from '@/protocols/pnet/sources.js'

const BAR = 0x7c

/**
 * Seals for one node, with a session key of its own.
 * @param universal as `encodeUniversal` gives it; any bytes go
 * @returns the payload of a `msg` or `rsp`, as ASCII bytes
 * @see WIRE.md, "envelope"
 */
export const sealEnvelope = (universal: Uint8Array, to: NodePublicKey, sources: Sources = SYSTEM_SOURCES): Buffer => {
  const session = FernetKey.generate(sources)
  const wrapped = encodeBase64(to.wrap(session, sources))
  const joinedSize = wrapped.length + 1 + base64Length(sealedLength(universal.length))
  // each layer grows out of the one below it, all in this one piece of memory
  const payload = Buffer.allocUnsafe(base64Length(joinedSize))
  const end = payload.length
  const barAt = session.sealTwiceInto(universal, payload, end, sources) - 1
  payload[barAt] = BAR
  payload.set(wrapped, barAt - wrapped.length)
  encodeBase64InPlace(payload, joinedSize, end)
  return payload
}

/**
 * Opens what was sealed for this node.
 * @returns what had been sealed, in memory of its own
 * @throws TransportError ENVELOPE_MALFORMED, or ENVELOPE_REJECTED when it is for another node or was changed: which of
 * the two, and how far it got, nobody is told
 */
export const openEnvelope = (payload: Uint8Array, own: NodeKey): Buffer => {
  const joined = decodeBase64(payload)
  if (joined === undefined) throw malformed('it is not base64', payload.length)
  const barAt = joined.indexOf(BAR)
  if (barAt < 0) throw malformed('it has no session key', payload.length)
  const wrapped = decodeBase64(joined.subarray(0, barAt))
  const tokenText = joined.subarray(barAt + 1)
  const token = decodeBase64(tokenText, tokenText)
  if (wrapped === undefined || token === undefined) throw malformed('its parts are not base64', payload.length)
  try {
    return own.unwrap(wrapped).openConsuming(token)
  } catch (cause) {
    throw new TransportError('ENVELOPE_REJECTED', { refusal: 'ERR_RSA_DECRYPTION_FAILED' }, { cause })
  }
}

const malformed = (problem: string, bytes: number): TransportError =>
  new TransportError('ENVELOPE_MALFORMED', { problem, bytes })
