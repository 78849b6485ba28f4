import { ourContender } from './ourEnds.js'
import { manyWaiting } from './ways.js'

/** The handshake with the default window of 1 MiB. */
export const handshakePipelined = ourContender({
  name: 'pipelined',
  module: import.meta.url,
  greeting: [0xff],
  options: { pipeline: true },
  way: manyWaiting,
})
