import { expect } from 'chai'
import { Rounds, type Visited } from '@/core/rounds.js'
import { ManualClock } from '../support/manualClock.js'

const PERIOD_MS = 10

class Member implements Visited {
  place = 0
  visits: number[] = []
  readonly #then: () => void

  constructor(then: () => void = () => {}) {
    this.#then = then
  }

  visit(nowMs: number): void {
    this.visits.push(nowMs)
    this.#then()
  }
}

describe('Rounds', () => {
  it('visits everybody once a period, whoever came when', () => {
    const clock = new ManualClock()
    const rounds = new Rounds(clock, PERIOD_MS)
    const members = [new Member(), new Member()]
    for (const member of members) rounds.add(member)
    clock.advance(2 * PERIOD_MS)
    for (const { visits } of members) expect(visits).to.have.lengthOf(2)
  })

  it('visits nobody who has left, and all others still, whoever of them it was', () => {
    for (const gone of [0, 1, 2]) {
      const clock = new ManualClock()
      const rounds = new Rounds(clock, PERIOD_MS)
      const members = [new Member(), new Member(), new Member()]
      for (const member of members) rounds.add(member)
      members.slice(gone, gone + 1).forEach((member) => rounds.remove(member))
      clock.advance(PERIOD_MS)
      expect(members.map(({ visits }) => visits.length)).to.deep.equal([0, 1, 2].map((at) => (at === gone ? 0 : 1)))
    }
  })

  it('visits every other one when each leaves at its visit', () => {
    const clock = new ManualClock()
    const rounds = new Rounds(clock, PERIOD_MS)
    const members: Member[] = Array.from(
      { length: 5 },
      (_, at) => new Member(() => rounds.remove(members[at] ?? fail())),
    )
    for (const member of members) rounds.add(member)
    clock.advance(3 * PERIOD_MS)
    for (const { visits } of members) expect(visits).to.have.lengthOf(1)
  })

  it('visits whoever has come twice once', () => {
    const clock = new ManualClock()
    const rounds = new Rounds(clock, PERIOD_MS)
    const member = new Member()
    rounds.add(member)
    rounds.add(member)
    clock.advance(PERIOD_MS)
    expect(member.visits).to.deep.equal([PERIOD_MS])
  })

  it('visits who was brought by the one that leaves from the next round on', () => {
    const clock = new ManualClock()
    const rounds = new Rounds(clock, PERIOD_MS)
    const brought = new Member()
    const leaving = new Member(() => {
      rounds.remove(leaving)
      rounds.add(brought)
    })
    rounds.add(leaving)
    clock.advance(2 * PERIOD_MS)
    expect([leaving.visits, brought.visits]).to.deep.equal([[PERIOD_MS], [2 * PERIOD_MS]])
  })

  it('has a timer only while there is somebody to visit, and one for all', () => {
    const clock = new ManualClock()
    const rounds = new Rounds(clock, PERIOD_MS)
    const members = [new Member(), new Member()]
    for (const member of members) rounds.add(member)
    expect(clock.pending).to.equal(1)
    for (const member of members) rounds.remove(member)
    expect(clock.pending).to.equal(0)
  })

  it('takes it calmly when somebody leaves twice', () => {
    const rounds = new Rounds(new ManualClock(), PERIOD_MS)
    const [first, second] = [new Member(), new Member()]
    rounds.add(first)
    rounds.add(second)
    rounds.remove(first)
    rounds.remove(first)
    rounds.remove(second)
    expect(second.place).to.equal(0)
  })
})

const fail = (): never => expect.fail('no such member')
