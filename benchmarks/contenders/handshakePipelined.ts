import { ourContender } from './ourEnds.js'
import { manyWaiting } from './ways.js'

const common = { module: import.meta.url, greeting: [0xff], way: manyWaiting }

/** The handshake with the default window. */
export const handshakePipelined = ourContender({ ...common, name: 'pipelined', options: { pipeline: true } })

/** A window that keeps a link busy which carries 640 MB/s and takes 100 ms there and back. */
export const handshakeWide = ourContender({
  ...common,
  name: 'pipelined, 64 MiB window',
  options: { pipeline: 2 ** 26 },
})
