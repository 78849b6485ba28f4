import { isUtf8 } from 'node:buffer'
import { TransportError } from '@/errors.js'
import { base64Length, decodeBase64, encodeBase64InPlace } from '@/protocols/pnet/base64.js'
import { pickle } from '@/protocols/pnet/pickle/pickle.js'
import type { PickleLimits } from '@/protocols/pnet/pickle/pickleLimits.js'
import type { Picklable, PickleValue } from '@/protocols/pnet/pickle/pickleValue.js'
import { unpickle } from '@/protocols/pnet/pickle/unpickle.js'

/** How a value is written: text, bytes, or a pickle of anything else. */
export type UniversalTag = 'str' | 'raw' | 'pkl'

/** A value on the wire with its base64 taken off. @see WIRE.md, "universal encoding" */
export interface Universal {
  readonly tag: UniversalTag
  readonly data: Buffer
}

const BAR = 0x7c
const TAG_CHARACTERS = 3
const TAGS: readonly UniversalTag[] = ['str', 'raw', 'pkl']
const LONE_SURROGATE = /\p{Surrogate}/u

/**
 * Text becomes `str`, bytes `raw`, everything else `pkl`; so does text that UTF-8 cannot carry.
 * @returns ASCII bytes
 * @throws TransportError VALUE_UNSENDABLE
 */
export const encodeUniversal = (value: Picklable, limits?: PickleLimits): Buffer => {
  if (typeof value === 'string' && !LONE_SURROGATE.test(value)) {
    return tagged('str', Buffer.byteLength(value), (text, at) => text.write(value, at))
  }
  const data = value instanceof Uint8Array ? value : pickle(value, limits)
  return tagged(value === data ? 'raw' : 'pkl', data.length, (text, at) => text.set(data, at))
}

/** @param put writes the data to where it will be turned into base64 */
const tagged = (tag: UniversalTag, dataBytes: number, put: (text: Buffer, at: number) => void): Buffer => {
  const size = TAG_CHARACTERS + 1 + dataBytes
  const text = Buffer.allocUnsafe(base64Length(size))
  const end = text.length
  text.write(`${tag}|`, end - size)
  put(text, end - dataBytes)
  encodeBase64InPlace(text, size, end)
  return text
}

/**
 * Takes off the base64 and the tag; a pickle is not looked at yet.
 * @param text ASCII bytes
 * @throws TransportError VALUE_MALFORMED
 */
export const splitUniversal = (text: Uint8Array): Universal => {
  const bytes = decodeBase64(text)
  if (bytes === undefined) throw malformed('it is not base64', text.length)
  const written = bytes.toString('latin1', 0, TAG_CHARACTERS)
  const tag = TAGS.find((known) => known === written)
  if (tag === undefined || bytes[TAG_CHARACTERS] !== BAR) throw malformed('it has no known tag', text.length)
  return { tag, data: bytes.subarray(TAG_CHARACTERS + 1) }
}

/**
 * The value that the bytes stand for. `raw` gives them as they are, not copied.
 * @throws TransportError VALUE_MALFORMED, PICKLE_MALFORMED, PICKLE_REFUSED, PICKLE_TOO_LARGE
 */
export const valueOfUniversal = ({ tag, data }: Universal, limits?: PickleLimits): PickleValue => {
  switch (tag) {
    case 'raw':
      return data
    case 'pkl':
      return unpickle(data, limits)
    case 'str':
      if (!isUtf8(data)) throw malformed('its text is not UTF-8', data.length)
      return data.toString()
  }
}

/** @throws TransportError as `splitUniversal` and `valueOfUniversal` */
export const decodeUniversal = (text: Uint8Array, limits?: PickleLimits): PickleValue =>
  valueOfUniversal(splitUniversal(text), limits)

const malformed = (problem: string, bytes: number): TransportError =>
  new TransportError('VALUE_MALFORMED', { problem, bytes })
