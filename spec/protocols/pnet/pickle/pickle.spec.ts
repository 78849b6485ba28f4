import { expect } from 'chai'
import * as fc from 'fast-check'
import {
  type Picklable,
  pickle,
  type PickleLimits,
  PickleTuple,
  type PickleValue,
  unpickle,
} from '@/protocols/pnet/index.js'
import { caught } from '../../../support/caught.js'
import { toHex } from '../../../support/hex.js'
import { samplesOf, valueOfSample } from '../../../support/pnetSamples.js'

const written = (value: Picklable, limits?: PickleLimits): string => toHex(pickle(value, limits))
const tight = (digits: string): string => digits.replaceAll(' ', '')

describe('the writer of pickles', () => {
  for (const { hex: digits, value } of samplesOf('pickle-minimal-writer')) {
    it(`writes ${JSON.stringify(value)} as CPython was seen to accept it: ${digits}`, () => {
      expect(written(valueOfSample(value))).to.equal(digits)
      expect(unpickle(pickle(valueOfSample(value)))).to.deep.equal(valueOfSample(value))
    })
  }

  const WRITTEN: readonly (readonly [string, Picklable, string])[] = [
    ['undefined as None', undefined, '4e'],
    ['2^31-1', 2_147_483_647, '4a ffffff7f'],
    ['-2^31', -2_147_483_648, '4a 00000080'],
    [
      '255 and 128, each with the byte for its sign',
      [2 ** 40 - 1, -(2 ** 39)],
      '5d 28 8a06 ffffffffff00 8a05 0000000080 65',
    ],
    ['2^53-1 as an integer', Number.MAX_SAFE_INTEGER, '8a07 ffffffffffff1f'],
    ['2^53 as a float', 2 ** 53, '47 4340000000000000'],
    ['-0 as a float', -0, '47 8000000000000000'],
    ['NaN', Number.NaN, '47 7ff8000000000000'],
    ['a bigint that a number could be', 1n, '4a 01000000'],
    ['a bigint of 256 bytes', 2n ** 2_040n, `8b 00010000 ${'00'.repeat(255)}01`],
    ['a lone surrogate', 'a\ud800', '58 04000000 61eda080'],
    ['bytes', new Uint8Array([0, 255]), '42 02000000 00ff'],
    ['a tuple of none', new PickleTuple([]), '28 74'],
    ['a map with a key that is no text', new Map([[1, [2]]]), '7d 28 4a01000000 5d 28 4a02000000 65 75'],
    ['a set', new Set(['a']), '8f 28 5801000000 61 90'],
    [
      'an object without a prototype',
      Object.assign(Object.create(null), { a: 1 }),
      '7d 28 5801000000 61 4a01000000 75',
    ],
    [
      'an own member called __proto__',
      JSON.parse('{"__proto__":1}'),
      '7d 28 5809000000 5f5f70726f746f5f5f 4a01000000 75',
    ],
    ['members that are undefined', { a: undefined }, '7d 28 5801000000 61 4e 75'],
  ]
  for (const [what, value, digits] of WRITTEN) {
    it(`writes ${what}`, () => {
      expect(written(value)).to.equal(tight(`8004 ${digits} 2e`))
    })
  }

  class Point {
    readonly x = 1
  }
  const circular: Picklable[] = []
  circular.push(circular)
  const REFUSED: readonly (readonly [string, unknown, string])[] = [
    ['a function', () => 1, 'a function is no plain data'],
    ['a symbol', Symbol('s'), 'a symbol is no plain data'],
    ['an object of a class', new Point(), 'an object of a class is no plain data'],
    ['a date', new Date(0), 'an object of a class is no plain data'],
    ['a promise', Promise.resolve(1), 'an object of a class is no plain data'],
    ['a list in itself', circular, 'it is too deep, or contains itself'],
    ['an integer of 1025 bytes', 2n ** 8_192n, 'an integer has more than 1024 bytes'],
  ]
  for (const [what, value, problem] of REFUSED) {
    it(`does not write ${what}: ${problem}`, () => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const error = caught(() => pickle([value] as Picklable))
      expect([error.code, error.fault, error.detail['problem']]).to.deep.equal(['VALUE_UNSENDABLE', 'local', problem])
    })
  }

  it('keeps to the limits of the reader', () => {
    expect(written('abc', { maxPickleBytes: 11 })).to.have.lengthOf(22)
    expect(caught(() => pickle('abc', { maxPickleBytes: 10 })).detail['maxPickleBytes']).to.equal(10)
    expect(() => pickle([1, 2], { maxPickleItems: 3 })).not.to.throw()
    expect(caught(() => pickle([1, 2], { maxPickleItems: 2 })).detail['maxPickleItems']).to.equal(2)
    expect(() => pickle([[]], { maxPickleDepth: 2 })).not.to.throw()
    expect(caught(() => pickle([[]], { maxPickleDepth: 1 })).detail['maxPickleDepth']).to.equal(1)
  })

  it('writes what stands in several places in each, and no more than it may', () => {
    const shared: Picklable = [1]
    expect(unpickle(pickle([shared, shared]))).to.deep.equal([[1], [1]])
    let doubled: Picklable = ['x']
    for (let level = 0; level < 30; level++) doubled = [doubled, doubled]
    const value = doubled
    expect(caught(() => pickle(value)).detail['maxPickleItems']).to.equal(100_000)
  })

  it('writes what the reader gives back', () => {
    const { value } = fc.letrec<{ value: PickleValue; leaf: PickleValue }>((tie) => ({
      leaf: fc.oneof(
        fc.constant(null),
        fc.boolean(),
        fc.maxSafeInteger(),
        fc.bigInt().filter((one) => !Number.isSafeInteger(Number(one))),
        fc.double(),
        fc.string({ unit: 'binary' }),
        fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
      ),
      value: fc.oneof(
        { maxDepth: 5, depthSize: 'small' },
        tie('leaf'),
        fc.array(tie('value'), { maxLength: 5 }),
        fc.array(tie('value'), { maxLength: 5 }).map((items) => new PickleTuple(items)),
        fc.array(fc.tuple(fc.string(), tie('value')), { maxLength: 5 }).map((entries) => new Map(entries)),
        fc.array(fc.string(), { maxLength: 5 }).map((items) => new Set(items)),
      ),
    }))
    fc.assert(
      fc.property(value, (one) => {
        expect(unpickle(pickle(one))).to.deep.equal(one)
      }),
      { numRuns: 500 },
    )
  })
})
