import { expect } from 'chai'
import { EventEmitter } from 'node:events'
import { abortedBy, onAbort } from '@/core/abort.js'
import { Deferred, handled, rejected } from '@/core/batch.js'
import { TransportError } from '@/errors.js'
import { rejection } from '../support/rejection.js'
import { turns } from '../support/turns.js'

describe('a promise that nobody looks at', () => {
  it('is no unhandled rejection, yet whoever awaits it gets the error', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    try {
      const deferred = new Deferred()
      deferred.reject(new TransportError('CLOSED'))
      const refused = rejected(new TransportError('CLOSED'))
      const ours = handled(Promise.reject(new TransportError('CLOSED')))
      await turns(2)
      for (const promise of [deferred.promise, refused, ours])
        expect(await rejection(promise)).to.have.property('code', 'CLOSED')
      expect(unhandled).to.deep.equal([])
    } finally {
      process.off('unhandledRejection', note)
    }
  })
})

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
