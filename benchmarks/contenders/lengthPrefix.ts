import { ourContender } from './ourEnds.js'
import { manyWaiting } from './ways.js'

/** Our length prefix: no answers, so nothing is refused or slowed down by message. */
export const lengthPrefix = ourContender({
  name: 'length prefix',
  module: import.meta.url,
  options: { framing: 'length' },
  way: manyWaiting,
})
