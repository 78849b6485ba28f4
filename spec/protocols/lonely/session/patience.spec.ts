import { expect } from 'chai'
import { Patience } from '@/protocols/lonely/session/patience.js'
import { ManualClock } from '../../../support/manualClock.js'

const waiting = (limitMs = 1_000, excused?: () => boolean) => {
  const clock = new ManualClock()
  const lost: number[] = []
  const parts = { limitMs, lost: () => void lost.push(clock.now()), ...(excused === undefined ? {} : { excused }) }
  return { clock, lost, patience: new Patience(clock, parts) }
}

describe('patience', () => {
  it('is lost once, when the limit has passed since the wait began', () => {
    const { clock, lost, patience } = waiting()
    clock.advance(5_000)
    patience.expect()
    clock.advance(999)
    expect(lost).to.deep.equal([])
    clock.advance(10_000)
    expect(lost).to.deep.equal([6_000])
  })

  it('counts from the latest beginning, with one timer however many there are', () => {
    const { clock, lost, patience } = waiting()
    for (let i = 0; i < 50; i++) {
      patience.expect()
      expect(clock.pending).to.equal(1)
      clock.advance(300)
    }
    expect(lost).to.deep.equal([])
    clock.advance(2_000)
    expect(lost).to.deep.equal([49 * 300 + 1_000])
  })

  it('is not lost when what was awaited has come, nor when it is stopped, which leaves no timer', () => {
    const { clock, lost, patience } = waiting()
    patience.expect()
    patience.expect(false)
    clock.advance(5_000)
    patience.expect()
    patience.stop()
    expect(clock.pending).to.equal(0)
    clock.advance(5_000)
    expect(lost).to.deep.equal([])
  })

  it('begins anew while we are excused', () => {
    let ours = true
    const { clock, lost, patience } = waiting(1_000, () => ours)
    patience.expect()
    clock.advance(3_500)
    ours = false
    clock.advance(400)
    expect(lost).to.deep.equal([])
    clock.advance(100)
    expect(lost).to.deep.equal([4_000])
  })

  it('never ends when the limit is 0', () => {
    const { clock, lost, patience } = waiting(0)
    patience.expect()
    expect(clock.pending).to.equal(0)
    clock.advance(2 ** 40)
    expect(lost).to.deep.equal([])
  })
})
