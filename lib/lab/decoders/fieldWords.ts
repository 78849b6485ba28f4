import { shownText } from '@/lab/decoders/shownText.js'
import type { Field } from '@/lab/wire/field.js'

const MAX_NUMBER_BYTES = 8
const HEX_BYTES = 8

/**
 * What a field says: its name and its value, or nothing where it is text or bytes and empty.
 * @param head the first bytes of the value, at least eight if it has them
 * @param size of the whole value
 */
export const fieldWords = ({ name, form, words }: Field, head: Buffer, size: number): string => {
  switch (form) {
    case 'unsigned':
    case 'signed': {
      if (size > MAX_NUMBER_BYTES) return `${name}, a number of ${size} bytes`
      const number = numberIn(head, size, form === 'signed')
      const word = words?.[Number(number)]
      return `${name} ${number}${word === undefined ? '' : `, ${word}`}`
    }
    case 'flag':
      return `${name} ${size === 1 && head[0] === 1 ? 'yes' : 'no'}`
    case 'bytes':
      return size === 0 ? '' : `${name} ${head.toString('hex', 0, HEX_BYTES)}${size > HEX_BYTES ? ' ..' : ''}`
    case 'text':
      return size === 0 ? '' : `${name} "${shownText(head, size)}"`
    case 'json':
      return `${name} ${shownText(head, size)}`
  }
}

const numberIn = (bytes: Buffer, size: number, signed: boolean): bigint => {
  let value = 0n
  for (let at = 0; at < size; at++) value = (value << 8n) | BigInt(bytes[at] ?? 0)
  return signed ? BigInt.asIntN(size * 8, value) : value
}
