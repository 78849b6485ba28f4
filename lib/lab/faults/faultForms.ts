import { bandwidth } from '@/lab/faults/bandwidth.js'
import { blackHole } from '@/lab/faults/blackHole.js'
import { corrupt } from '@/lab/faults/corrupt.js'
import { dropOk } from '@/lab/faults/dropOk.js'
import { duplicateOk } from '@/lab/faults/duplicateOk.js'
import type { Fault } from '@/lab/faults/fault.js'
import { halfClose } from '@/lab/faults/halfClose.js'
import { latency } from '@/lab/faults/latency.js'
import { limit } from '@/lab/faults/limit.js'
import type { Place } from '@/lab/faults/place.js'
import { reset } from '@/lab/faults/reset.js'
import { slice } from '@/lab/faults/slice.js'
import { slowClose } from '@/lab/faults/slowClose.js'
import { stall } from '@/lab/faults/stall.js'

/** What was written of a fault, beside its name and its way. */
export interface Written {
  /** What stands behind `:`, if its form fits; the groups of `pattern`. */
  readonly groups: readonly (string | undefined)[]
  readonly place: Place | undefined
  readonly perFrame: boolean
}

/** How one fault is written. */
export interface FaultForm {
  readonly form: string
  /** One line, for lists. */
  readonly help: string
  /** Of what stands behind `:`; undefined when nothing may. */
  readonly pattern?: RegExp
  /** Whether what stands behind `:` may be left out. */
  readonly bare: boolean
  /** Whether a place may follow: any, only a number, or none. */
  readonly at: 'place' | 'count' | 'needed' | 'none'
  /** Whether `/frame` may follow. */
  readonly perFrame: boolean
  make(written: Written): Fault
}

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1_024, M: 1_048_576, G: 1_073_741_824 }
const NONE = { bare: false, at: 'none', perFrame: false } as const
const PLACED = { bare: true, at: 'place', perFrame: false } as const

const at = ({ place }: Written): { at?: Place } => (place === undefined ? {} : { at: place })
const ok = ({ groups: [count], place }: Written): { count?: number; after?: number } => ({
  ...(count === undefined ? {} : { count: Number(count) }),
  ...(place !== undefined && 'bytes' in place ? { after: place.bytes } : {}),
})

/** Every fault by its name. */
export const FAULT_FORMS: Readonly<Record<string, FaultForm>> = {
  latency: {
    ...NONE,
    form: 'latency:MS[±MS][/frame]',
    help: 'each chunk, or frame, later than it came',
    pattern: /^(\d+(?:\.\d+)?)(?:(?:±|\+-)(\d+(?:\.\d+)?))?$/,
    perFrame: true,
    make: ({ groups: [ms, jitterMs = 0], perFrame }) =>
      latency({ ms: Number(ms), jitterMs: Number(jitterMs), per: perFrame ? 'frame' : 'chunk' }),
  },
  bandwidth: {
    ...NONE,
    form: 'bandwidth:BYTES or bandwidth:FRAMES/frame',
    help: 'so many bytes, or frames, a second; 64K and 1M are understood',
    pattern: /^(\d+)([KMG]?)$/,
    perFrame: true,
    make: ({ groups: [digits, unit = ''], perFrame }) => {
      const number = Number(digits) * (UNITS[unit] ?? 1)
      return bandwidth(perFrame ? { framesPerSecond: number } : { bytesPerSecond: number })
    },
  },
  slice: {
    ...NONE,
    form: 'slice:BYTES[..BYTES]',
    help: 'pieces of this size, or of sizes between the two',
    pattern: /^(\d+)(?:\.\.(\d+))?$/,
    make: ({ groups: [bytes, maxBytes = bytes] }) => slice({ bytes: Number(bytes), maxBytes: Number(maxBytes) }),
  },
  stall: {
    ...PLACED,
    form: 'stall:MS[@PLACE] or stall:forever[@PLACE]',
    help: 'at its place all waits, once',
    pattern: /^(\d+|forever)$/,
    bare: false,
    make: (written) => {
      const [ms] = written.groups
      return stall({ ms: ms === 'forever' ? Number.POSITIVE_INFINITY : Number(ms), ...at(written) })
    },
  },
  limit: {
    ...PLACED,
    form: 'limit@PLACE',
    help: 'at its place the connection ends in good order',
    at: 'needed',
    make: ({ place = { bytes: 0 } }) => limit({ at: place }),
  },
  reset: {
    ...PLACED,
    form: 'reset[@PLACE]',
    help: 'at its place the connection is reset',
    make: (written) => reset(at(written)),
  },
  'half-close': {
    ...PLACED,
    form: 'half-close[@PLACE]',
    help: 'at its place this direction ends, the other goes on',
    make: (written) => halfClose(at(written)),
  },
  'slow-close': {
    ...NONE,
    form: 'slow-close:MS',
    help: 'the end of the stream comes later',
    pattern: /^(\d+(?:\.\d+)?)$/,
    make: ({ groups: [ms] }) => slowClose({ ms: Number(ms) }),
  },
  'black-hole': {
    ...PLACED,
    form: 'black-hole[@PLACE]',
    help: 'from its place on nothing arrives any more, not even the end',
    make: (written) => blackHole(at(written)),
  },
  corrupt: {
    ...PLACED,
    form: 'corrupt[:HEX][@PLACE]',
    help: 'one byte becomes another, or the one given',
    pattern: /^([0-9a-f]{2})$/i,
    make: (written) => {
      const [byte] = written.groups
      return corrupt({ ...at(written), ...(byte === undefined ? {} : { byte: Number.parseInt(byte, 16) }) })
    },
  },
  'duplicate-ok': {
    ...PLACED,
    form: 'duplicate-ok[:COUNT][@OKS]',
    help: 'OKs of the handshake framing are said twice',
    pattern: /^(\d+)$/,
    at: 'count',
    make: (written) => duplicateOk(ok(written)),
  },
  'drop-ok': {
    ...PLACED,
    form: 'drop-ok[:COUNT][@OKS]',
    help: 'OKs of the handshake framing are lost',
    pattern: /^(\d+)$/,
    at: 'count',
    make: (written) => dropOk(ok(written)),
  },
}
