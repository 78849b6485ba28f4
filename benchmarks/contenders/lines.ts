import { ourContender } from './ourEnds.js'
import { manyWaiting } from './ways.js'

/** Our lines: each message ends where its line does. */
export const lines = ourContender({
  name: 'lines',
  module: import.meta.url,
  options: { framing: 'line' },
  way: manyWaiting,
})
