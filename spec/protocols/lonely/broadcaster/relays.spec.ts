import { expect } from 'chai'
import { InProcessRelay, type Relay } from '@/protocols/lonely/index.js'
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
