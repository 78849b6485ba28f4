import { expect } from 'chai'
import { codeOf } from '../../../support/codeOf.js'
import { notifyOf, subscribeTo, subscribeToGlob } from '../../../support/lonelySamples.js'
import { BroadcasterBench, type BroadcasterEnd } from '../../../support/lonelySessions.js'

/** Subscribes to globs that have little in common and much to be tried. */
const makeCostly = (end: BroadcasterEnd): Promise<void> => {
  const bits = (i: number): string[] => i.toString(2).padStart(8, '0').split('')
  const globs = Array.from({ length: 60 }, (_, i) => bits(i * 4).map((bit) => (bit === '1' ? '*[ab]' : '*[ba]')))
  return end.hear(...globs.map((pieces) => subscribeToGlob(`${pieces.join('')}*z*`)))
}

describe('globs that cost too much', () => {
  it('cost their subscriber the connection; the others get the notification, and are all counted', async () => {
    const bench = await BroadcasterBench.open({ maxMatchSteps: 1_000 })
    const [costly, honest, notifier] = [await bench.configured(), await bench.configured(), await bench.configured()]
    await makeCostly(costly)
    await honest.hear(subscribeTo('ab'.repeat(200)), subscribeToGlob('ab*'), subscribeToGlob('*b'))
    await notifier.hear(notifyOf('x', 'ab'.repeat(200)))
    expect(codeOf(costly.failure)).to.equal('MATCH_TOO_COSTLY')
    expect([honest.failure, notifier.failure]).to.deep.equal([undefined, undefined])
    expect(honest.of('RECEIVE_STREAM')).to.have.lengthOf(1)
    expect(notifier.of('CONFIRM_NOTIFY').map(({ subscribers }) => subscribers)).to.deep.equal([1n])
    expect(bench.switchboard.patterns).to.equal(3)
  })

  it('cost who notifies a topic above 1 KiB the connection, and not their subscriber', async () => {
    const bench = await BroadcasterBench.open({ maxMatchSteps: 1_000 })
    const [costly, notifier] = [await bench.configured(), await bench.configured()]
    await makeCostly(costly)
    await notifier.hear(notifyOf('x', 'ab'.repeat(600)))
    expect([codeOf(notifier.failure), costly.failure]).to.deep.equal(['MATCH_TOO_COSTLY', undefined])
    expect(bench.bodies.held.memoryBytes).to.equal(0)
  })
})
