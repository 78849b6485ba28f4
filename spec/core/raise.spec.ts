import { expect } from 'chai'
import { Connection, raise, Server } from '@/core/index.js'
import { TransportError, wordsOf } from '@/errors.js'
import { warningsOf } from '../support/warnings.js'

const speechless: object = Object.create(null)
const fail = (thrown: unknown): never => {
  throw thrown
}

describe('what errorRaised does itself', () => {
  const ways: readonly (readonly [how: string, hook: () => unknown, says: string])[] = [
    ['throws', () => fail(new Error('no')), 'no'],
    ['rejects', () => Promise.reject(new Error('later')), 'later'],
    ['throws what has no words', () => fail(speechless), 'something that has no words'],
    ['rejects with what has no words', async () => fail(speechless), 'something that has no words'],
  ]
  for (const [how, hook, says] of ways)
    it(`is a warning of the process when it ${how}`, async () => {
      const warned = await warningsOf(() => raise(hook, new TransportError('CLOSED')))
      expect(warned).to.deep.equal([`a hook threw (hook: errorRaised, says: ${says})`])
    })

  it('hurts no server whose hooks reject with what has no words', async () => {
    class Plain extends Server {}
    const server = new Plain({ listen: [{ host: '127.0.0.1', port: 0 }], handler: class extends Connection {} })
    const refuse = (): Promise<never> => Promise.reject(speechless)
    Object.assign(server, { postLoop: refuse, errorRaised: refuse })
    await server.start()
    const warned = await warningsOf(() => server.close())
    expect(warned).to.deep.equal(['a hook threw (hook: errorRaised, says: something that has no words)'])
  })
})

describe('the words of what was thrown', () => {
  const thrown: readonly (readonly [unknown, string])[] = [
    [new Error('text'), 'text'],
    ['text', 'text'],
    [undefined, 'undefined'],
    [Symbol('s'), 'Symbol(s)'],
    [speechless, 'something that has no words'],
    [{ toString: () => fail(new Error('no')) }, 'something that has no words'],
    [Object.assign(new Error('text'), { message: speechless }), 'something that has no words'],
  ]
  for (const [at, [value, words]] of thrown.entries())
    it(`are "${words}" (${at})`, () => {
      expect(wordsOf(value)).to.equal(words)
    })
})
