import { expect } from 'chai'
import { systemError } from '@/core/systemError.js'
import { TransportError } from '@/errors.js'

const system = (code: string): Error => Object.assign(new Error(`it failed with ${code}`), { code })

describe('systemError', () => {
  const ANYWHERE = [
    ['ECONNRESET', 'CONNECTION_RESET'],
    ['EPIPE', 'CONNECTION_BROKEN'],
    ['EADDRINUSE', 'ADDRESS_IN_USE'],
    ['ENOTFOUND', 'NAME_UNRESOLVED'],
    ['EAI_AGAIN', 'NAME_UNRESOLVED'],
    ['CERT_HAS_EXPIRED', 'TLS_FAILED'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'TLS_FAILED'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'TLS_FAILED'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'TLS_FAILED'],
  ] as const
  for (const [given, code] of ANYWHERE) {
    it(`${given} is ${code}`, () => {
      const cause = system(given)
      const error = systemError(cause, 'LISTEN_FAILED', { address: 'here' })
      expect(error).to.include({ code, cause })
      expect(error.detail).to.include({ system: given, address: 'here' })
    })
  }

  for (const [given, code] of [
    ['ECONNREFUSED', 'CONNECT_REFUSED'],
    ['ENOENT', 'CONNECT_REFUSED'],
    ['ETIMEDOUT', 'CONNECT_TIMEOUT'],
  ] as const) {
    it(`${given} is ${code} when connecting, and speaks of no connect otherwise`, () => {
      expect(systemError(system(given), 'CONNECT_FAILED')).to.have.property('code', code)
      expect(systemError(system(given), 'LISTEN_FAILED')).to.have.property('code', 'LISTEN_FAILED')
      expect(systemError(system(given), 'CONNECTION_BROKEN')).to.have.property('code', 'CONNECTION_BROKEN')
    })
  }

  it('anything else is what the caller says, with the text of an error that has no code', () => {
    expect(systemError(system('EWHATEVER'), 'LISTEN_FAILED').detail).to.include({ system: 'EWHATEVER' })
    expect(systemError(new Error('odd'), 'CONNECT_FAILED')).to.deep.include({ code: 'CONNECT_FAILED' })
    expect(systemError(new Error('odd'), 'CONNECT_FAILED').detail).to.include({ says: 'odd' })
    expect(systemError('text', 'CONNECT_FAILED')).to.include({ code: 'CONNECT_FAILED', cause: 'text' })
  })

  it('of several addresses the first speaks for all', () => {
    const all = new AggregateError([system('ECONNREFUSED'), system('EHOSTUNREACH')])
    expect(systemError(all, 'CONNECT_FAILED')).to.include({ code: 'CONNECT_REFUSED', cause: all })
  })

  it('one of ours stays what it is', () => {
    const ours = new TransportError('CLOSED')
    expect(systemError(ours, 'CONNECT_FAILED')).to.equal(ours)
  })
})
