import { expect } from 'chai'
import { Lane } from '@/protocols/lonely/session/lane.js'
import { Gate } from '../../../support/gate.js'
import { turns } from '../../../support/turns.js'

describe('a lane', () => {
  const lane = (maxTasks = 2, maxBytes = 100) => {
    const failures: unknown[] = []
    return { failures, lane: new Lane((error) => failures.push(error), maxTasks, maxBytes) }
  }

  it('does at once what needs no promise', () => {
    const done: number[] = []
    const { lane: it } = lane()
    expect(it.run(() => void done.push(1), 0)).to.equal(undefined)
    expect(done).to.deep.equal([1])
  })

  it('does one thing after the other, in order', async () => {
    const done: string[] = []
    const gate = new Gate()
    const { lane: it } = lane()
    void it.run(() => gate.pass().then(() => void done.push('first')), 0)
    void it.run(() => void done.push('second'), 0)
    void it.run(() => Promise.resolve().then(() => void done.push('third')), 0)
    expect(done).to.deep.equal([])
    gate.open()
    await turns()
    expect(done).to.deep.equal(['first', 'second', 'third'])
  })

  for (const [what, bytes] of [
    ['tasks', 0],
    ['bytes', 51],
  ] as const) {
    it(`asks for patience beyond its bound of ${what}, until there is room again`, async () => {
      const gate = new Gate()
      const { lane: it } = lane()
      void it.run(() => gate.pass(), bytes)
      const answers = [1, 2, 3].map(() => it.run(() => {}, bytes))
      const patience = answers.find((answer) => answer !== undefined)
      expect(answers.indexOf(patience)).to.equal(what === 'tasks' ? 2 : 1)
      gate.open()
      await patience
    })
  }

  it('tells of the first failure, thrown or rejected, and does nothing more', async () => {
    for (const fail of [
      () => {
        throw new Error('thrown')
      },
      () => Promise.reject(new Error('rejected')),
    ]) {
      const { lane: it, failures } = lane()
      const done: number[] = []
      void it.run(fail, 0)
      void it.run(() => void done.push(1), 0)
      await turns()
      void it.run(() => void done.push(2), 0)
      expect(failures).to.have.lengthOf(1)
      expect(done).to.deep.equal([])
    }
  })

  it('lets those go who wait for room when it stops', async () => {
    const { lane: it } = lane(0)
    void it.run(() => new Promise(() => {}), 0)
    const patience = it.run(() => {}, 0)
    it.stop()
    await patience
  })
})
