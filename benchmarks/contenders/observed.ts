import { subscribe } from 'node:diagnostics_channel'
import { register } from 'node:module'
import { extname } from 'node:path'
import type { ConnectionOptions } from 'framewright'
import type { Arrivals, Contender } from 'framewright/bench'

/** What a connection publishes while all goes well. */
const CHANNELS = [
  'open',
  'opening',
  'opened',
  'length',
  'answer',
  'payload',
  'read',
  'write',
  'drain',
  'withheld',
  'close',
]

/** Copies of the core, for one process. `unpublished` has all publishing taken out; the other two are the core as it is. */
type Copy = 'first' | 'second' | 'unpublished'

/** What is done in both processes of a contender before the core is loaded there. */
type Preparation = (arrivals: Arrivals) => void | Promise<void>

interface Observed {
  readonly name: string
  /** Without one it is the core itself. */
  readonly copy?: Copy
  readonly prepare?: Preparation
}

const HERE = extname(import.meta.url)
let hooked = false

/** Our ends, and the core below them, loaded only now. */
const endsOn = async (copy: Copy | undefined): Promise<typeof import('./ourEnds.js')> => {
  if (copy === undefined) return import('./ourEnds.js')
  if (!hooked) register(`./coreCopies${HERE}`, import.meta.url)
  hooked = true
  const ends: typeof import('./ourEnds.js') = await import(`./ourEnds${HERE}?copy=${copy}`)
  return ends
}

/** A contender of ours that loads the core only when all is prepared, so nothing above imports a value from it. */
const observed = (options: ConnectionOptions, way: 'manyWaiting' | 'oneWaiting', contender: Observed): Contender => {
  const { name, copy, prepare } = contender
  const ends = async (arrivals: Arrivals): Promise<Contender> => {
    await prepare?.(arrivals)
    const [{ ourContender }, ways] = await Promise.all([endsOn(copy), import('./ways.js')])
    return ourContender({ name, module: import.meta.url, options, way: ways[way] })
  }
  return {
    name,
    module: import.meta.url,
    serve: async (arrivals, berth) => (await ends(arrivals)).serve(arrivals, berth),
    connect: async (address, replies) => (await ends(replies)).connect(address, replies),
  }
}
const pipelined = (contender: Observed): Contender => observed({ pipeline: true }, 'manyWaiting', contender)
const strict = (contender: Observed): Contender => observed({}, 'oneWaiting', contender)

/** Any event fails the sample. */
const silent: Preparation = (arrivals) => {
  for (const name of CHANNELS)
    subscribe(`framewright.${name}`, () => arrivals.fail(new Error(`framewright.${name} is still published`)))
}

/** Listens to everything and counts it. */
const counted: Preparation = () => {
  let events = 0
  for (const name of CHANNELS) subscribe(`framewright.${name}`, () => events++)
}

/** Decodes everything and keeps the first row of it. */
const traced: Preparation = async () => {
  const { Trace } = await import('framewright/lab')
  kept.push(new Trace({ maxRows: 1 }))
}
const kept: Disposable[] = []

export const pipelinedFirst = pipelined({ name: 'pipelined, nobody listening', copy: 'first' })
export const pipelinedSecond = pipelined({ name: 'pipelined, nobody listening, again', copy: 'second' })
export const pipelinedUnpublished = pipelined({ name: 'pipelined, publishing taken out', copy: 'unpublished' })
export const strictFirst = strict({ name: 'strict, nobody listening', copy: 'first' })
export const strictSecond = strict({ name: 'strict, nobody listening, again', copy: 'second' })
export const strictUnpublished = strict({ name: 'strict, publishing taken out', copy: 'unpublished' })
export const pipelinedSilent = pipelined({
  name: 'pipelined, taken out and listened to',
  copy: 'unpublished',
  prepare: silent,
})
export const pipelinedUnheard = pipelined({ name: 'pipelined, by itself' })
export const pipelinedCounted = pipelined({ name: 'pipelined, every event counted', prepare: counted })
export const pipelinedTraced = pipelined({ name: 'pipelined, traced', prepare: traced })
