import { expect } from 'chai'
import * as fc from 'fast-check'
import { TransportError } from '@/errors.js'
import { PickleTuple, type PickleValue, unpickle } from '@/protocols/pnet/index.js'
import { hex } from '../../../support/hex.js'

describe('whatever bytes there are', () => {
  const CODES = ['PICKLE_MALFORMED', 'PICKLE_REFUSED', 'PICKLE_TOO_LARGE']
  const limits = { maxPickleItems: 500, maxPickleMemo: 50, maxPickleDepth: 10 }

  /** How many values there are when one that stands in several places counts in each. */
  const sizeOf = (value: PickleValue, depth = 0): number => {
    if (depth > limits.maxPickleDepth) throw new Error('it is too deep')
    const parts =
      Array.isArray(value) || value instanceof PickleTuple || value instanceof Set
        ? [...value]
        : value instanceof Map
          ? [...value].flat()
          : []
    return parts.reduce<number>((size, part) => size + sizeOf(part, depth + 1), 1)
  }

  const isBounded = (bytes: Uint8Array): void => {
    let value: PickleValue
    try {
      value = unpickle(bytes, limits)
    } catch (error) {
      if (!(error instanceof TransportError) || !CODES.includes(error.code)) throw error
      return
    }
    expect(sizeOf(value)).to.be.at.most(limits.maxPickleItems)
  }

  it('the reader gives a value within the limits, or one of its three errors', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        isBounded(bytes)
        isBounded(Buffer.concat([hex('8004'), bytes, hex('2e')]))
      }),
      { numRuns: 2_000 },
    )
  })

  it('so it does when the bytes are opcodes that it knows', () => {
    const opcode = fc.constantFrom(
      ...'4e 88 4b01 4dffff 4affffffff 8a00 8a0201 473ff8000000000000 8c0161 5801000000 43026162 5d 61 65 7d 73 75'.split(
        ' ',
      ),
      ...'8f 90 91 29 85 86 87 74 28 28 5d 7d 94 94 7100 7101 72ff000000 6800 6801 6802 6aff000000 950000000000000000'.split(
        ' ',
      ),
    )
    fc.assert(
      fc.property(fc.array(opcode, { maxLength: 60 }), (opcodes) => {
        const bytes = hex(`8004${opcodes.join('')}2e`)
        isBounded(bytes)
        for (let end = opcodes.length; end > 0; end--) isBounded(bytes.subarray(0, end + 2))
      }),
      { numRuns: 2_000 },
    )
  })
})
