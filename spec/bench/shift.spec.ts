import { expect } from 'chai'
import { shiftOf } from '@/bench/shift.js'

/** Evenly spread between 0 and 1, always the same ones. */
const randoms = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

describe('the shift between two sets of samples', () => {
  it('is the median of all quotients, and the interval leaves out as many pairs as the table of Mann and Whitney', () => {
    const before = Array.from({ length: 10 }, (_, index) => 1.07 ** index)
    const after = Array.from({ length: 10 }, (_, index) => 3 * 1.11 ** index)
    const quotients = before.flatMap((one) => after.map((other) => other / one)).toSorted((a, b) => a - b)
    const shift = shiftOf(before, after)
    // Ten against ten, both ways together 1 %: 16.
    expect(shift?.low).to.equal(quotients[16])
    expect(shift?.high).to.equal(quotients[83])
    expect(shift?.ratio).to.equal(((quotients[49] ?? 0) + (quotients[50] ?? 0)) / 2)
  })

  it('heeds no wild sample', () => {
    const steady = [100, 101, 102, 103, 104, 105, 106, 107, 108, 109]
    const shift = shiftOf(steady, [...steady.slice(0, -1), 90_000])
    expect(shift?.ratio).to.be.closeTo(1, 0.02)
    expect(shift?.low).to.be.below(1)
    expect(shift?.high).to.be.within(1, 1.1)
  })

  it('needs five samples of each, all above 0', () => {
    expect(shiftOf([1, 2, 3, 4], [1, 2, 3, 4])).to.equal(undefined)
    expect(shiftOf([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])).not.to.equal(undefined)
    expect(shiftOf([1, 2, 3, 4, 0], [1, 2, 3, 4, 5])).to.equal(undefined)
    expect(shiftOf([], [1, 2, 3, 4, 5])).to.equal(undefined)
  })

  for (const [few, many] of [
    [6, 6],
    [8, 20],
    [60, 70],
  ] as const)
    it(`finds none between ${few} and ${many} samples of the same kind, but about once in a hundred times`, () => {
      const random = randoms(few * 1_000 + many)
      const samples = (count: number): number[] => Array.from({ length: count }, () => 1 + random() ** 3)
      let missed = 0
      for (let attempt = 0; attempt < 500; attempt++) {
        const { low = 0, high = 0 } = shiftOf(samples(few), samples(many)) ?? {}
        if (low > 1 || high < 1) missed++
      }
      expect(missed).to.be.at.most(12)
    })

  it('of very many samples looks at some hundred of each', () => {
    const random = randoms(7)
    const samples = Array.from({ length: 100_000 }, () => 1 + random())
    const shift = shiftOf(
      samples,
      samples.map((sample) => 2 * sample),
    )
    expect(shift?.ratio).to.be.closeTo(2, 0.1)
    expect(shift?.low).to.be.above(1.8)
  })
})
