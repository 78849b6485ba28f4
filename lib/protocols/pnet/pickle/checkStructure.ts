import { TransportError } from '@/errors.js'
import type { PickleLimits } from '@/protocols/pnet/pickle/pickleLimits.js'
import { PickleTuple, type PickleValue } from '@/protocols/pnet/pickle/pickleValue.js'

type Container = PickleValue[] | PickleTuple | Map<PickleValue, PickleValue> | Set<PickleValue>

interface Extent {
  /** Values in it, itself included; what stands in several places counts in each. */
  readonly items: number
  /** Of the texts and bytes in it, counted in the same way; of a text its length. */
  readonly bytes: number
  /** Levels of containers below it, itself included. */
  readonly levels: number
}

/**
 * Makes sure that whoever walks through the value comes to an end, soon: a few references to shared lists would
 * otherwise stand for more values than there is time.
 * @throws TransportError PICKLE_TOO_LARGE, or PICKLE_MALFORMED when something contains itself
 */
export const checkStructure = (value: PickleValue, limits: Required<PickleLimits>): void => {
  const { maxPickleItems, maxPickleDepth, maxPickleBytes } = limits
  const done = new Map<Container, Extent>()
  const open = new Set<Container>()

  const extentOf = (part: PickleValue, depth: number): Extent => {
    if (!isContainer(part)) return { items: 1, bytes: bytesOf(part), levels: 0 }
    if (open.has(part)) throw new TransportError('PICKLE_MALFORMED', { problem: 'something contains itself' })
    const extent = done.get(part) ?? measured(part, depth)
    if (depth + extent.levels > maxPickleDepth) throw new TransportError('PICKLE_TOO_LARGE', { maxPickleDepth })
    return extent
  }

  const measured = (container: Container, depth: number): Extent => {
    if (depth >= maxPickleDepth) throw new TransportError('PICKLE_TOO_LARGE', { maxPickleDepth })
    open.add(container)
    let items = 1
    let bytes = 0
    let levels = 0
    const add = (part: PickleValue): void => {
      const extent = extentOf(part, depth + 1)
      items += extent.items
      bytes += extent.bytes
      if (items > maxPickleItems) throw new TransportError('PICKLE_TOO_LARGE', { maxPickleItems })
      if (bytes > maxPickleBytes) throw new TransportError('PICKLE_TOO_LARGE', { maxPickleBytes })
      levels = Math.max(levels, extent.levels)
    }
    if (container instanceof Map) {
      for (const [key, item] of container) {
        add(key)
        add(item)
      }
    } else for (const part of container) add(part)
    open.delete(container)
    const extent = { items, bytes, levels: levels + 1 }
    done.set(container, extent)
    return extent
  }

  extentOf(value, 0)
}

const bytesOf = (part: PickleValue): number => (typeof part === 'string' || Buffer.isBuffer(part) ? part.length : 0)

const isContainer = (value: PickleValue): value is Container =>
  Array.isArray(value) || value instanceof PickleTuple || value instanceof Map || value instanceof Set
