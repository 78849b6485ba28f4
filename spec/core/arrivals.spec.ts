import { expect } from 'chai'
import { Arrivals } from '@/core/arrivals.js'
import { Gate } from '../support/gate.js'
import { turns } from '../support/turns.js'

const LIMITS = { maxWaitingDatagrams: 2, maxWaitingBytes: 10 }
const of = (text: string): { readonly message: Buffer } => ({ message: Buffer.from(text) })

const unexpected = (error: unknown): void => expect.fail(String(error))

describe('arrivals', () => {
  it('are handled at once while nothing is at work', () => {
    const handled: string[] = []
    const arrivals = new Arrivals(LIMITS, ({ message }) => void handled.push(message.toString()), unexpected)
    expect(arrivals.put(of('a'))).to.equal(true)
    expect(arrivals.put(of('b'))).to.equal(true)
    expect(handled).to.deep.equal(['a', 'b'])
  })

  it('wait in order while a promise is pending, and one that comes from inside a handler waits, too', async () => {
    const handled: string[] = []
    const gate = new Gate()
    const arrivals: Arrivals<{ readonly message: Buffer }> = new Arrivals(
      LIMITS,
      ({ message }) => {
        handled.push(message.toString())
        if (message.toString() === 'b') arrivals.put(of('c'))
        return message.toString() === 'a' ? gate.pass() : undefined
      },
      unexpected,
    )
    arrivals.put(of('a'))
    arrivals.put(of('b'))
    expect(handled).to.deep.equal(['a'])
    gate.open()
    await turns()
    expect(handled).to.deep.equal(['a', 'b', 'c'])
    arrivals.put(of('d'))
    expect(handled).to.deep.equal(['a', 'b', 'c', 'd'])
  })

  it('have no room beyond the number of datagrams, nor beyond the bytes but for one', () => {
    const busy = new Promise<void>(() => {})
    const byNumber = new Arrivals(LIMITS, () => busy, unexpected)
    expect(['a', 'b', 'c', 'd'].map((text) => byNumber.put(of(text)))).to.deep.equal([true, true, true, false])
    const byBytes = new Arrivals(LIMITS, () => busy, unexpected)
    expect([1, 6, 5, 4].map((bytes) => byBytes.put(of('x'.repeat(bytes))))).to.deep.equal([true, true, false, true])
    const one = new Arrivals(LIMITS, () => busy, unexpected)
    expect([1, 11, 1].map((bytes) => one.put(of('x'.repeat(bytes))))).to.deep.equal([true, true, false])
    expect(byBytes.takeAll().map(({ message }) => message.length)).to.deep.equal([6, 4])
    expect(byBytes.put(of('x'.repeat(10)))).to.equal(true)
  })

  it('go on after a throw and after a rejection, each of which is told once', async () => {
    const told: unknown[] = []
    const handled: string[] = []
    const arrivals = new Arrivals(
      { ...LIMITS, maxWaitingDatagrams: 10 },
      ({ message }) => {
        handled.push(message.toString())
        if (message.toString() === 'thrown') throw new Error('thrown')
        return message.toString() === 'rejected' ? Promise.reject(new Error('rejected')) : undefined
      },
      (error) => told.push(error instanceof Error ? error.message : error),
    )
    for (const text of ['thrown', 'rejected', 'thrown', 'fine']) arrivals.put(of(text))
    await turns()
    expect(handled).to.deep.equal(['thrown', 'rejected', 'thrown', 'fine'])
    expect(told).to.deep.equal(['thrown', 'rejected', 'thrown'])
  })
})
