import { expect } from 'chai'
import { InProcessRelay, type Relay } from '@/protocols/lonely/index.js'
import { keyOf } from '@/protocols/lonely/session/pattern.js'
import { codeOf } from '../../../support/codeOf.js'
import { notifyOf, subscribeTo, subscribeToGlob, unsubscribeFrom } from '../../../support/lonelySamples.js'
import { BroadcasterBench } from '../../../support/lonelySessions.js'
import { LonelyStage, WAYS } from '../../../support/lonelyPair.js'
import { turns } from '../../../support/turns.js'

const failing = (fail: () => void | Promise<void>): Relay => {
  const relay = new InProcessRelay()
  return {
    guarantees: relay.guarantees,
    join: (member) => ({
      ...relay.join(member),
      interest: (_pattern, wanted) => (wanted ? undefined : fail()),
    }),
  }
}

describe('a relay that fails when a subscription ends with its connection', () => {
  for (const [how, fail] of [
    [
      'throws',
      () => {
        throw new Error('out of order')
      },
    ],
    ['rejects', () => Promise.reject(new Error('out of order'))],
  ] as const) {
    it(`and ${how} is no unhandled error, and all subscriptions are gone`, async () => {
      await using stage = await LonelyStage.open(WAYS[0], { relay: failing(fail) })
      const { broadcaster } = stage
      await using subscriber = stage.subscriber()
      await subscriber.subscribe('one')
      await subscriber.subscribe({ glob: 'two*' })
      expect(broadcaster.patterns).to.equal(2)
      await subscriber.close()
      while (broadcaster.ends.length === 0) await turns()
      await turns()
      expect(broadcaster.patterns).to.equal(0)
    })
  }
})

describe('a relay that answers late', () => {
  it('brings what a subscriber asked for in the moment in which another left', async () => {
    const open: (() => void)[] = []
    const interested = new Set<string>()
    const relay = new InProcessRelay()
    const late: Relay = {
      guarantees: relay.guarantees,
      join: (member) => {
        const seat = relay.join(member)
        return {
          ...seat,
          interest: (pattern, wanted) =>
            new Promise((resolve) =>
              open.push(() => {
                if (wanted) interested.add(keyOf(pattern))
                else interested.delete(keyOf(pattern))
                resolve()
              }),
            ),
          publish: (topic, body) => (interested.has(keyOf({ topic })) ? seat.publish(topic, body) : 0),
        }
      },
    }
    /** The newest first, as nothing promises an order. */
    const answerAll = async (): Promise<void> => {
      for (let answer = open.pop(); answer !== undefined; answer = open.pop()) {
        answer()
        await turns(3)
      }
    }
    const bench = await BroadcasterBench.open({ relay: late })
    const [first, second] = [await bench.configured(), await bench.configured()]
    await first.hear(subscribeTo('t'))
    await answerAll()
    await first.hear(unsubscribeFrom('t'))
    await second.hear(subscribeTo('t'))
    await answerAll()
    expect(first.types.slice(1)).to.deep.equal(['CONFIRM_SUBSCRIBE_EXACT', 'CONFIRM_UNSUBSCRIBE_EXACT'])
    expect(second.types.slice(1)).to.deep.equal(['CONFIRM_SUBSCRIBE_EXACT'])
    await first.hear(notifyOf('x'))
    expect(second.types).to.include('RECEIVE_STREAM')
    expect(first.of('CONFIRM_NOTIFY').map(({ subscribers }) => subscribers)).to.deep.equal([1n])
  })

  it('is told of no glob that is refused', async () => {
    const told: boolean[] = []
    const relay = new InProcessRelay()
    const bench = await BroadcasterBench.open({
      relay: {
        guarantees: relay.guarantees,
        join: (member) => ({ ...relay.join(member), interest: (_pattern, wanted) => void told.push(wanted) }),
      },
    })
    const end = await bench.configured()
    await end.hear(subscribeToGlob('*a'.repeat(40)))
    expect([codeOf(end.failure), told]).to.deep.equal(['GLOB_REFUSED', []])
  })
})
