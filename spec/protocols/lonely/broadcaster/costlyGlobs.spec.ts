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

  it('of one connection alone cost it the connection after some topics that show it, whoever has more globs', async () => {
    const bench = await BroadcasterBench.open({ maxMatchStepsPerConnection: 200 })
    const [costly, honest, notifier] = [await bench.configured(), await bench.configured(), await bench.configured()]
    await honest.hear(...Array.from({ length: 2_000 }, (_, i) => subscribeToGlob(`a*/${i}/*`)))
    await makeCostly(costly)
    await notifier.hear(notifyOf('x', 'a/7/a'))
    expect(costly.failure, 'so short a topic shows nothing').to.equal(undefined)
    const notified = 1 + Math.ceil(2_000 / 64)
    for (let at = 0; at < notified; at++) await notifier.hear(notifyOf(String(at), `${'ab'.repeat(50)}/7/ab`))
    expect(codeOf(costly.failure)).to.equal('MATCH_TOO_COSTLY')
    expect(costly.failure).to.have.property('detail').that.deep.equals({ topicBytes: 105, allowedSteps: 200 })
    expect([honest.failure, notifier.failure]).to.deep.equal([undefined, undefined])
    expect(notifier.of('CONFIRM_NOTIFY').map(({ subscribers }) => subscribers)).to.deep.equal(
      Array(notified + 1).fill(1n),
    )
  })

  it('are found among many connections by and by, and none of the others pays', async () => {
    const bench = await BroadcasterBench.open({ maxMatchStepsPerConnection: 200 })
    const others = await Promise.all(Array.from({ length: 6 }, () => bench.configured()))
    for (const [at, other] of others.entries())
      await other.hear(...Array.from({ length: 500 }, (_, i) => subscribeToGlob(`${at}*?*?*?*?*?*?*?*?/${i}/*`)))
    const [costly, notifier] = [await bench.configured(), await bench.configured()]
    await makeCostly(costly)
    for (let notified = 0; costly.failure === undefined && notified < 100; notified++)
      await notifier.hear(notifyOf(String(notified), 'ab'.repeat(60)))
    expect(codeOf(costly.failure)).to.equal('MATCH_TOO_COSTLY')
    expect(others.map(({ failure }) => failure)).to.deep.equal(others.map(() => undefined))
  })

  it('that are cheap for each connection may cost in all what maxMatchSteps allows', async () => {
    const bench = await BroadcasterBench.open({ maxMatchStepsPerConnection: 200 })
    const notifier = await bench.configured()
    const others = await Promise.all(Array.from({ length: 40 }, () => bench.configured()))
    for (const [at, other] of others.entries()) await other.hear(subscribeToGlob(`*[x${at}]*`))
    for (let notified = 0; notified < 20; notified++) await notifier.hear(notifyOf(String(notified), 'ab'.repeat(20)))
    expect(others.map(({ failure }) => failure)).to.deep.equal(others.map(() => undefined))
    expect(notifier.of('CONFIRM_NOTIFY')).to.have.lengthOf(20)
  })
})
