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

/** What is done in both processes of a contender before the core is loaded there. */
type Preparation = (arrivals: Arrivals) => void | Promise<void>

/** A contender of ours that loads the core only when all is prepared, so nothing above imports a value from it. */
const prepared = (
  name: string,
  options: ConnectionOptions,
  way: 'manyWaiting' | 'oneWaiting',
  prepare: Preparation,
): Contender => {
  const ends = async (arrivals: Arrivals): Promise<Contender> => {
    await prepare(arrivals)
    const [{ ourContender }, ways] = await Promise.all([import('./ourEnds.js'), import('./ways.js')])
    return ourContender({ name, module: import.meta.url, options, way: ways[way] })
  }
  return {
    name,
    module: import.meta.url,
    serve: async (arrivals, berth) => (await ends(arrivals)).serve(arrivals, berth),
    connect: async (address, replies) => (await ends(replies)).connect(address, replies),
  }
}

/** Takes all publishing out of the core, and sees to it that this has been done: an event fails the sample. */
const unpublished: Preparation = (arrivals) => {
  register(`./unpublished${extname(import.meta.url)}`, import.meta.url)
  for (const name of CHANNELS)
    subscribe(`framewright.${name}`, () => arrivals.fail(new Error(`framewright.${name} is still published`)))
}

/** Loads the core through a hook as well, which changes nothing: what a hook may do to a process is not what is asked. */
const unchanged: Preparation = () => {
  register(`./unchanged${extname(import.meta.url)}`, import.meta.url)
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

const pipeline = { pipeline: true }
export const pipelinedUnheard = prepared('pipelined, nobody listening', pipeline, 'manyWaiting', unchanged)
export const pipelinedAgain = prepared('pipelined, nobody listening, again', pipeline, 'manyWaiting', unchanged)
export const strictUnheard = prepared('strict, nobody listening', {}, 'oneWaiting', unchanged)
export const pipelinedUnpublished = prepared('pipelined, publishing taken out', pipeline, 'manyWaiting', unpublished)
export const strictUnpublished = prepared('strict, publishing taken out', {}, 'oneWaiting', unpublished)
export const pipelinedCounted = prepared('pipelined, every event counted', pipeline, 'manyWaiting', counted)
export const pipelinedTraced = prepared('pipelined, traced', pipeline, 'manyWaiting', traced)
