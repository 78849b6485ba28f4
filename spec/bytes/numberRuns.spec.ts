import { expect } from 'chai'
import * as fc from 'fast-check'
import { NumberRuns } from '@/bytes/numberRuns.js'

const filled = (...values: number[]): NumberRuns => {
  const runs = new NumberRuns()
  for (const value of values) runs.push(value)
  return runs
}

describe('NumberRuns', () => {
  it('gives the sum of the oldest, across runs, and of all when there are fewer', () => {
    const runs = filled(5, 5, 5, 7, 7, 5)
    expect([runs.take(2), runs.take(2), runs.take(9), runs.take(1)]).to.deep.equal([10, 12, 12, 0])
  })

  it('begins anew with the number that it ended with', () => {
    const runs = filled(5)
    expect(runs.take(1)).to.equal(5)
    runs.push(5)
    runs.push(0)
    expect([runs.take(1), runs.take(1), runs.take(1)]).to.deep.equal([5, 0, 0])
  })

  it('gives what an array would, whatever is put in and taken out', () => {
    const put = fc.record({ put: fc.constantFrom(0, 4, 68, 68, 68, 1_048_580), times: fc.nat({ max: 5 }) })
    const take = fc.record({ take: fc.nat({ max: 12 }) })
    fc.assert(
      fc.property(fc.array(fc.oneof(put, take)), (deeds) => {
        const runs = new NumberRuns()
        const array: number[] = []
        for (const deed of deeds) {
          if ('take' in deed) {
            const sum = array.splice(0, deed.take).reduce((all, value) => all + value, 0)
            expect(runs.take(deed.take)).to.equal(sum)
          } else {
            for (let time = 0; time < deed.times; time++) {
              runs.push(deed.put)
              array.push(deed.put)
            }
          }
        }
      }),
    )
  })
})
