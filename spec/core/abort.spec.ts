import { expect } from 'chai'
import { EventEmitter } from 'node:events'
import { abortedBy, onAbort } from '@/core/abort.js'
import { Deferred } from '@/core/deferred.js'
import type { TransportError } from '@/errors.js'
import { turns } from '../support/turns.js'

describe('onAbort', () => {
  const listeners = (signal: AbortSignal): number => EventEmitter.getEventListeners(signal, 'abort').length

  it('stops with ABORTED, whose cause is the reason of the signal', () => {
    const controller = new AbortController()
    const errors: TransportError[] = []
    onAbort(controller.signal, new Deferred().promise, (error) => errors.push(error))
    controller.abort('enough')
    expect(errors.map(({ code, cause }) => [code, cause])).to.deep.equal([['ABORTED', 'enough']])
    expect(abortedBy(controller.signal)).to.include({ code: 'ABORTED', cause: 'enough' })
  })

  it('leaves no listener behind, however the promise ends', async () => {
    const { signal } = new AbortController()
    const [kept, broken] = [new Deferred(), new Deferred()]
    for (const { promise } of [kept, broken]) onAbort(signal, promise, () => {})
    expect(listeners(signal)).to.equal(2)
    kept.resolve()
    broken.reject(new Error('no'))
    await turns()
    expect(listeners(signal)).to.equal(0)
  })

  it('without a signal does nothing', () => {
    onAbort(undefined, new Deferred().promise, () => expect.fail('it was stopped'))
  })
})
