import { expect } from 'chai'
import * as fc from 'fast-check'
import { Interests } from '@/protocols/lonely/broadcaster/interests.js'
import { keyOf, type Pattern } from '@/protocols/lonely/session/pattern.js'
import { TransportError } from '@/errors.js'
import { rejection } from '../../../support/rejection.js'
import { turns } from '../../../support/turns.js'

const BROKEN = new TransportError('CLOSED')
const topic = (name: string): Pattern => ({ topic: Buffer.from(name) })

/** A relay that changes only when it answers, and answers when the spec says so. */
class LateRelay {
  readonly interested = new Set<string>()
  readonly calls: string[] = []
  readonly #open: { readonly key: string; readonly wanted: boolean; settle(error?: Error): void }[] = []

  readonly tell = (pattern: Pattern, wanted: boolean): Promise<void> => {
    const key = keyOf(pattern)
    if (this.#open.some((call) => call.key === key)) throw new Error(`two changes of ${key} at once`)
    this.calls.push(`${wanted ? '+' : '-'}${key.slice('topic:'.length)}`)
    return new Promise((resolve, reject) =>
      this.#open.push({ key, wanted, settle: (error) => (error === undefined ? resolve() : reject(error)) }),
    )
  }

  get open(): number {
    return this.#open.length
  }

  /** One of the calls that are open is answered. */
  async answer(which = 0, error?: Error): Promise<void> {
    const [call] = this.#open.splice(which % Math.max(this.#open.length, 1), 1)
    if (call === undefined) return
    if (error === undefined) {
      if (call.wanted) this.interested.add(call.key)
      else this.interested.delete(call.key)
    }
    call.settle(error)
    await turns()
  }
}

/** Topic a is wanted once, and the relay knows. */
const wantingOne = async () => {
  const relay = new LateRelay()
  const interests = new Interests(relay.tell)
  const first = interests.want(topic('a'))
  await relay.answer()
  await first
  return { relay, interests }
}

describe('the interests that a relay is told of', () => {
  it('are told at once where the relay answers at once, without a promise', () => {
    const calls: string[] = []
    const interests = new Interests((pattern, wanted) => void calls.push(`${wanted} ${keyOf(pattern)}`))
    expect(interests.want(topic('a'))).to.equal(undefined)
    expect(interests.want(topic('a'))).to.equal(undefined)
    expect(interests.forgo(topic('a'))).to.equal(undefined)
    expect(interests.forgo(topic('a'))).to.equal(undefined)
    expect(calls).to.deep.equal(['true topic:a', 'false topic:a'])
    expect(interests.size).to.equal(0)
  })

  it('of a topic that is left and joined at once are told one after the other, and the second joins late', async () => {
    const { relay, interests } = await wantingOne()
    const left = interests.forgo(topic('a'))
    const again = interests.want(topic('a'))
    expect(again).to.be.instanceOf(Promise)
    expect(relay.calls).to.deep.equal(['+a', '-a'])
    await relay.answer()
    await left
    expect(relay.calls).to.deep.equal(['+a', '-a', '+a'])
    await relay.answer()
    await again
    expect([...relay.interested]).to.deep.equal(['topic:a'])
  })

  it('that came to nothing while the relay answered are not told at all', async () => {
    const { relay, interests } = await wantingOne()
    void interests.forgo(topic('a'))
    const again = interests.want(topic('a'))
    await relay.answer()
    await relay.answer()
    await again
    void interests.forgo(topic('a'))
    await relay.answer()
    expect(relay.calls).to.deep.equal(['+a', '-a', '+a', '-a'])
    expect([relay.open, interests.size, relay.interested.size]).to.deep.equal([0, 0, 0])
  })

  it('fail for all who wait, and can be told anew', async () => {
    const relay = new LateRelay()
    const interests = new Interests(relay.tell)
    const waits = [1, 2].map(() => rejection(Promise.resolve(interests.want(topic('a')))))
    await relay.answer(0, BROKEN)
    expect(await Promise.all(waits)).to.deep.equal([BROKEN, BROKEN])
    expect(interests.size).to.equal(0)
    const again = interests.want(topic('a'))
    await relay.answer()
    await again
    expect(relay.calls).to.deep.equal(['+a', '+a'])
  })

  it('that could not be taken back still stand for who comes meanwhile', async () => {
    const { relay, interests } = await wantingOne()
    void interests.forgo(topic('a'))
    const again = interests.want(topic('a'))
    await relay.answer(0, BROKEN)
    await again
    expect([...relay.interested]).to.deep.equal(['topic:a'])
    const failed = rejection(Promise.resolve(interests.forgo(topic('a'))))
    await relay.answer(0, BROKEN)
    expect(await failed).to.equal(BROKEN)
    expect(interests.size).to.equal(0)
  })

  it('are what is wanted, in whatever order subscribers come and go and the relay answers', async () => {
    const step = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({ do: fc.constant('toggle'), who: fc.nat(2), name: fc.constantFrom('a', 'b') }),
      },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('answer'), who: fc.nat(3), name: fc.constant('') }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('fail'), who: fc.nat(3), name: fc.constant('') }) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const relay = new LateRelay()
        const interests = new Interests(relay.tell)
        /** Who is joining, and who has joined. */
        const joining = new Set<string>()
        const joined = new Set<string>()
        const join = async (name: string, who: string): Promise<void> => {
          joining.add(who)
          try {
            await interests.want(topic(name))
            joined.add(who)
            // Nobody is told that it misses nothing before the relay knows.
            expect(relay.interested.has(`topic:${name}`)).to.equal(true)
          } catch (error) {
            expect(error).to.equal(BROKEN)
          } finally {
            joining.delete(who)
          }
        }
        const joins: Promise<void>[] = []
        for (const { do: what, who, name } of steps) {
          const member = `${name}${who}`
          if (what === 'answer') await relay.answer(who)
          else if (what === 'fail') await relay.answer(who, BROKEN)
          else if (joined.delete(member)) void Promise.resolve(interests.forgo(topic(name))).catch(() => {})
          else if (!joining.has(member)) joins.push(join(name, member))
        }
        while (relay.open > 0) await relay.answer()
        await Promise.all(joins)
        for (const name of ['a', 'b']) {
          const wanted = [...joined].some((member) => member.startsWith(name))
          if (wanted) expect(relay.interested.has(`topic:${name}`)).to.equal(true)
          expect(interests.size).to.be.at.least(wanted ? 1 : 0)
        }
        if (steps.every(({ do: what }) => what !== 'fail'))
          expect(relay.interested.size).to.equal(new Set([...joined].map(([name]) => name)).size)
        expect(interests.size).to.equal(new Set([...joined].map(([name]) => name)).size)
      }),
      { numRuns: 200 },
    )
  })
})
