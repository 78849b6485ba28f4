import { expect } from 'chai'
import { Deferred, handled, rejected } from '@/core/deferred.js'
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
