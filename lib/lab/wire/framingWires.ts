import { field } from '@/lab/wire/field.js'

/** A yes of the handshake framing, at its opening and to a length. */
export const OK = 0xff

/** @see framings/WIRE.md, "handshake" */
export const HANDSHAKE_WIRE = {
  opening: field('opening', 'opening', 'unsigned', 'the first byte of each end', {
    [OK]: 'yes',
    0xfe: 'no, it is full',
    0x00: 'no',
  }),
  length: field('length', 'length', 'unsigned', 'of the payload behind it, 4 bytes'),
  answer: field('answer', 'answer', 'unsigned', 'one byte to a length of the other end', {
    ...Object.fromEntries(Array.from({ length: 14 }, (_, at) => [0xf1 + at, 'no'])),
    [OK]: 'yes',
  }),
  payload: field('payload', 'payload', 'bytes', 'one message'),
  /** No length begins with more; what does at a boundary is an answer. */
  maxFirstByte: 0xf0,
} as const

/** @see framings/WIRE.md, "length" */
export const LENGTH_WIRE = {
  length: field('length', 'length', 'unsigned', 'of the payload behind it, 4 bytes'),
  payload: field('payload', 'payload', 'bytes', 'one message'),
} as const

/** @see framings/WIRE.md, "line" */
export const LINE_WIRE = {
  line: field('text', 'line', 'text', 'one message, without the newline that ends it'),
} as const

/** @see framings/WIRE.md, "json" */
export const JSON_WIRE = {
  value: field('value', 'value', 'text', 'one message: a JSON value'),
} as const
