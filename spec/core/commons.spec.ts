import { expect } from 'chai'
import { Commons } from '@/core/commons.js'
import { MemoryBudget } from '@/core/memoryBudget.js'
import { type ConnectionOptions, settingsOf } from '@/core/options.js'
import { SLAB_BYTES, SlabPool } from '@/core/slabPool.js'
import { ManualClock } from '../support/manualClock.js'

const periodOf = (options: ConnectionOptions): number =>
  new Commons(new ManualClock(), new MemoryBudget(1, 1), settingsOf(options)).periodMs

describe('Commons', () => {
  it('looks at deadlines four times in the shortest of them, at least each second, at most each 5 ms', () => {
    const none = { openingTimeoutMs: 0, messageTimeoutMs: 0, answerTimeoutMs: 0, idleTimeoutMs: 0, heartbeatMs: 0 }
    expect(periodOf({})).to.equal(1_000)
    expect(periodOf(none)).to.equal(1_000)
    expect(periodOf({ ...none, heartbeatMs: 400 })).to.equal(100)
    expect(periodOf({ openingTimeoutMs: 2_000, idleTimeoutMs: 1_000 })).to.equal(250)
    expect(periodOf({ answerTimeoutMs: 1 })).to.equal(5)
  })

  it('ticks each tickMs, and only while somebody wants it', () => {
    const clock = new ManualClock()
    const commons = new Commons(clock, new MemoryBudget(1, 1), settingsOf({ tickMs: 30 }))
    expect(clock.pending).to.equal(0)
    const visits: number[] = []
    const member = { place: 0, visit: (now: number) => visits.push(now) }
    commons.ticks.add(member)
    clock.advance(95)
    commons.ticks.remove(member)
    clock.advance(95)
    expect([visits, clock.pending]).to.deep.equal([[30, 60, 90], 0])
  })
})

describe('SlabPool', () => {
  it('gives a slab that was given back before it makes another, and keeps only so many', () => {
    const pool = new SlabPool()
    const first = pool.acquire()
    expect(first).to.have.length(SLAB_BYTES)
    expect(pool.acquire()).not.to.equal(first)
    pool.release(first)
    expect(pool.acquire()).to.equal(first)
    const many = Array.from({ length: 100 }, () => pool.acquire())
    for (const slab of many) pool.release(slab)
    const again = new Set(Array.from({ length: 100 }, () => pool.acquire()))
    expect(many.filter((slab) => again.has(slab))).to.have.length(64)
  })
})
