import { ourContender, type Wrapping } from './ourEnds.js'
import { manyWaiting } from './ways.js'

const QUOTE = Buffer.from('"')

/** The letters of a message become one string of JSON; nothing in them wants to be escaped. */
const QUOTED: Wrapping = {
  wrap: (message) => Buffer.concat([QUOTE, message, QUOTE]),
  unwrap: (value) => value.subarray(1, -1),
}

/** Our JSON values: each message is one, and ends where it does. */
export const jsonValues = ourContender({
  name: 'JSON values',
  module: import.meta.url,
  options: { framing: 'json' },
  way: manyWaiting,
  wrapping: QUOTED,
})
