import { expect } from 'chai'
import * as fc from 'fast-check'
import { Inbox, type Item } from '@/core/inbox.js'
import { MemoryBudget } from '@/core/memoryBudget.js'
import { TransportError } from '@/errors.js'
import { rejection } from '../support/rejection.js'

const make = (maxMessages = 3, maxBytes = 100): { inbox: Inbox; budget: MemoryBudget } => {
  const budget = new MemoryBudget(1_000, 100)
  return { inbox: new Inbox(budget, maxMessages, maxBytes), budget }
}
const bytes = (word: string): Buffer => Buffer.from(word)
const textOf = (item: Item | undefined): string | undefined => (item instanceof Buffer ? item.toString() : undefined)

describe('Inbox', () => {
  it('gives what came first, first', async () => {
    const { inbox } = make()
    inbox.put(bytes('a'))
    inbox.put(bytes('b'))
    expect([inbox.length, textOf(inbox.peek()), textOf(inbox.take())]).to.deep.equal([2, 'a', 'a'])
    expect(textOf(await inbox.receive(undefined))).to.equal('b')
    expect([inbox.take(), inbox.peek()]).to.deep.equal([undefined, undefined])
  })

  it('hands a message straight to who waits longest for it', async () => {
    const { inbox } = make()
    const waiting = [inbox.receive(undefined), inbox.receive(undefined)]
    expect(inbox.wanted).to.equal(true)
    for (const text of ['a', 'b', 'c']) inbox.put(bytes(text))
    expect((await Promise.all(waiting)).map(textOf)).to.deep.equal(['a', 'b'])
    expect([inbox.length, inbox.wanted]).to.deep.equal([1, false])
  })

  it('has room for one message whatever its size, then for its bounds, which slack stretches', () => {
    const { inbox } = make(2, 10)
    expect(inbox.hasRoomFor(10_000, 1)).to.equal(true)
    inbox.put(bytes('12345'))
    expect([inbox.hasRoomFor(5, 1), inbox.hasRoomFor(6, 1), inbox.hasRoomFor(6, 2)]).to.deep.equal([true, false, true])
    inbox.put(bytes('1'))
    expect([inbox.hasRoomFor(0, 1), inbox.hasRoomFor(0, 2)]).to.deep.equal([false, true])
  })

  it('counts what waits in the budget, and gives it back when it is taken', () => {
    const { inbox, budget } = make()
    inbox.put(bytes('abc'))
    inbox.put(bytes(''))
    expect([budget.bytes, budget.pieces]).to.deep.equal([3, 2])
    inbox.take()
    inbox.take()
    expect([budget.bytes, budget.pieces]).to.deep.equal([0, 0])
  })

  it('disowned gives the budget everything back, once, and what waits can still be taken', async () => {
    const { inbox, budget } = make()
    inbox.put(bytes('abc'))
    inbox.disown()
    inbox.disown()
    expect([budget.bytes, budget.pieces]).to.deep.equal([0, 0])
    expect(textOf(await inbox.receive(undefined))).to.equal('abc')
    expect([budget.bytes, budget.pieces]).to.deep.equal([0, 0])
  })

  it('closed gives what waits and then its error; those who wait get it at once; the first error stays', async () => {
    const { inbox } = make()
    const waiting = inbox.receive(undefined)
    inbox.close(new TransportError('REMOTE_ENDED'))
    inbox.close(new TransportError('CLOSED'))
    expect(await rejection(waiting)).to.have.property('code', 'REMOTE_ENDED')
    expect(await rejection(inbox.receive(undefined))).to.have.property('code', 'REMOTE_ENDED')
    const held = make().inbox
    held.put(bytes('last'))
    held.close(new TransportError('CLOSED'))
    expect(textOf(await held.receive(undefined))).to.equal('last')
    expect(await rejection(held.receive(undefined))).to.have.property('code', 'CLOSED')
  })

  it('forgets only the receiver whose signal fires', async () => {
    const { inbox } = make()
    const controller = new AbortController()
    const [first, second, third] = [
      inbox.receive(undefined),
      inbox.receive(controller.signal),
      inbox.receive(undefined),
    ]
    controller.abort()
    inbox.put(bytes('a'))
    inbox.put(bytes('b'))
    expect(await rejection(second)).to.have.property('code', 'ABORTED')
    expect([textOf(await first), textOf(await third)]).to.deep.equal(['a', 'b'])
  })

  it('never lets the budget drift, whatever is put and taken', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(50), fc.constant(-1))), (deeds) => {
        const { inbox, budget } = make()
        const held: number[] = []
        for (const deed of deeds) {
          if (deed < 0) {
            const item = inbox.take()
            expect(item instanceof Buffer ? item.length : -1).to.equal(held.shift() ?? -1)
          } else {
            inbox.put(Buffer.alloc(deed))
            held.push(deed)
          }
          expect([budget.bytes, budget.pieces]).to.deep.equal([held.reduce((a, b) => a + b, 0), held.length])
        }
      }),
      { seed: 2 },
    )
  })
})
