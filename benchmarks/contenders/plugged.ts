import { deflate, type PluginLike, seal } from 'framewright'
import type { Contender } from 'framewright/bench'
import { ourContender } from './ourEnds.js'
import { manyWaiting } from './ways.js'

/** Both ends have it, and it protects nothing. */
const sealed = seal({ key: Buffer.alloc(32, 'the key of a benchmark') })

/** The pipelined handshake with these plugins. */
const plugged = (name: string, plugins: readonly PluginLike[]): Contender =>
  ourContender({ name, module: import.meta.url, options: { pipeline: true, plugins }, way: manyWaiting })

/** Each plugin of the core, and both as they stand behind each other. */
export const PLUGGED: readonly Contender[] = [
  plugged('deflate', [deflate()]),
  plugged('seal', [sealed]),
  plugged('deflate and seal', [deflate(), sealed]),
]
