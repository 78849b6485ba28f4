import { expect } from 'chai'
import * as fc from 'fast-check'
import { FingerprintSet } from '@/protocols/lonely/auth/fingerprintSet.js'
import { ReplayMemory } from '@/protocols/lonely/auth/replayMemory.js'
import { lcg32 } from '../../../support/lcg32.js'

const code = (seed: number): Uint8Array => lcg32(seed, 64)

describe('the replay memory', () => {
  it('takes a code once and no more while it would be accepted', () => {
    const memory = new ReplayMemory(10)
    expect(memory.use(code(1), 240_000, 0)).to.equal('fresh')
    expect(memory.use(code(1), 240_000, 120_000)).to.equal('used')
    expect(memory.use(code(1), 240_000, 240_000)).to.equal('used')
    expect(memory.use(code(2), 240_000, 240_000)).to.equal('fresh')
  })

  it('forgets codes that have expired, and their memory', () => {
    const memory = new ReplayMemory(10)
    for (let seed = 0; seed < 10; seed++) memory.use(code(seed), 100_000 + seed, 0)
    expect(memory.size).to.equal(10)
    expect(memory.use(code(77), 300_000, 150_000)).to.equal('fresh')
    expect(memory.size).to.equal(1)
  })

  it('when full takes no new code, forgets none, and goes on when some have expired', () => {
    const memory = new ReplayMemory(2)
    memory.use(code(1), 10_000, 0)
    memory.use(code(2), 10_000, 0)
    expect(memory.use(code(3), 10_000, 0)).to.equal('full')
    expect(memory.use(code(1), 10_000, 0)).to.equal('used')
    expect(memory.use(code(3), 70_000, 60_000)).to.equal('fresh')
  })

  it('counts a forgotten code as used when the clock goes back', () => {
    const memory = new ReplayMemory(10)
    memory.use(code(1), 20_000, 0)
    memory.use(code(2), 500_000, 400_000)
    expect(memory.use(code(1), 20_000, 0)).to.equal('used')
  })
})

describe('the set of fingerprints', () => {
  it('agrees with a set of texts through growth, whatever is put in', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 8, maxLength: 8 }), { maxLength: 600 }), (values) => {
        const set = new FingerprintSet()
        const model = new Set<string>()
        for (const value of values) {
          const text = Buffer.from(value).toString('hex')
          expect(set.has(value, 0)).to.equal(model.has(text))
          set.add(value, 0)
          model.add(text)
        }
        expect(set.size).to.equal(model.size)
        for (const value of values) expect(set.has(value, 0)).to.equal(true)
      }),
      { numRuns: 60 },
    )
  })

  it('holds eight zero bytes, too', () => {
    const set = new FingerprintSet()
    const zeros = new Uint8Array(8)
    expect(set.has(zeros, 0)).to.equal(false)
    set.add(zeros, 0)
    expect(set.has(zeros, 0)).to.equal(true)
    expect(set.size).to.equal(1)
  })
})
