import { expect } from 'chai'
import { noAuth } from '@/protocols/lonely/auth/noAuth.js'
import { setUp, tearDown } from '@/protocols/lonely/auth/setUp.js'
import { LonelyStage, WAYS } from '../../../support/lonelyPair.js'

/** Writes down what is done to it; its `setUp` fails so often, its `tearDown` always if it is told to. */
const watchedScheme = (name: string, log: string[], failures = 0, breaks = false) => {
  let left = failures
  return {
    ...noAuth(),
    setUp: () => {
      log.push(`${name} up`)
      if (left-- > 0) throw new Error(`${name} is not there`)
    },
    tearDown: () => {
      log.push(`${name} down`)
      if (breaks) throw new Error(`${name} is stuck`)
    },
  }
}

const messageOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'it resolved',
    (error: unknown) => String(error),
  )

describe('authorization schemes', () => {
  it('are all torn down, whatever one of them does, and the first failure is told', async () => {
    const log: string[] = []
    const auth = {
      toBroadcaster: watchedScheme('one', log, 0, true),
      toSubscriber: watchedScheme('other', log, 0, true),
    }
    await setUp(auth)
    expect(await messageOf(tearDown(auth))).to.equal('Error: one is stuck')
    expect(log).to.deep.equal(['one up', 'other up', 'one down', 'other down'])
  })

  it('of which the second fails leave the first torn down, and the failure is that of the second', async () => {
    const log: string[] = []
    const auth = { toBroadcaster: watchedScheme('one', log, 0, true), toSubscriber: watchedScheme('other', log, 1) }
    expect(await messageOf(setUp(auth))).to.equal('Error: other is not there')
    expect(log).to.deep.equal(['one up', 'other up', 'one down'])
  })

  it('that fail a subscriber are set up anew when it connects again, and torn down as often as they were set up', async () => {
    const log: string[] = []
    await using stage = await LonelyStage.open(WAYS[0])
    const scheme = watchedScheme('it', log, 1)
    const subscriber = stage.subscriber({ auth: { toBroadcaster: scheme, toSubscriber: scheme } })
    expect(await messageOf(subscriber.connect())).to.equal('Error: it is not there')
    await subscriber.close()
    expect(log).to.deep.equal(['it up'])
    const failing = watchedScheme('it', log, 1)
    const other = stage.subscriber({ auth: { toBroadcaster: failing, toSubscriber: failing } })
    expect(await messageOf(other.connect())).to.equal('Error: it is not there')
    await other.connect()
    await Promise.all([other.close(), other.close()])
    expect(log).to.deep.equal(['it up', 'it up', 'it up', 'it down'])
  })
})
