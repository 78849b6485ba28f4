import { expect } from 'chai'
import type { AuthScheme } from '@/protocols/lonely/auth/authScheme.js'
import { authFromSecrets } from '@/protocols/lonely/auth/authSecrets.js'
import type { Claim } from '@/protocols/lonely/auth/claim.js'
import { hmacAuth, makeHmacSecret } from '@/protocols/lonely/auth/hmacAuth.js'
import { tokenAuth } from '@/protocols/lonely/auth/tokenAuth.js'
import { caught } from '../../../support/caught.js'

const CLAIM: Claim = {
  kind: 'subscribeExact',
  tracing: new Uint8Array(0),
  url: 'websocket:abc:-1',
  recovery: undefined,
  exact: Buffer.from('foo'),
}
const SECRET = Buffer.from(Array.from({ length: 64 }, (_, i) => i)).toString('base64url')
const NOW_MS = 1_700_000_000_900
const textOf = <C extends Claim>(scheme: AuthScheme<C>, claim: C, nowMs: number): string => {
  const text = scheme.authorize(claim, nowMs)
  if (typeof text !== 'string') throw new Error('no text at once')
  return text
}

describe('the hmac scheme', () => {
  it('gives the worked example of the facts', () => {
    const scheme = hmacAuth(SECRET, { nonce: () => 'AbCd_-' })
    expect(scheme.authorize(CLAIM, NOW_MS)).to.equal(
      'X-HMAC 1700000000:AbCd_-:6ultOzKd4bVrZQbRaMDvtXTYdKDUnI1r6fZqS56O6PXiMsx8V3rkh0p3NZ/m0Ul3uv0PQs3hfbWtil3PmlbvzQ==',
    )
  })

  it('uses another nonce of six characters for each authorization', () => {
    const scheme = hmacAuth(SECRET)
    const nonces = Array.from({ length: 2_000 }, () => textOf(scheme, CLAIM, NOW_MS).split(':')[1])
    expect(nonces.every((nonce) => /^[A-Za-z0-9_-]{6}$/.test(nonce ?? ''))).to.equal(true)
    expect(new Set(nonces).size).to.equal(2_000)
  })

  it('makes secrets of 64 bytes that no command line takes for an option', () => {
    for (let made = 0; made < 1_000; made++) expect(makeHmacSecret()).to.match(/^[\w][\w-]{85}$/)
  })

  it('accepts with a new secret what was authorized with it, and with another secret refuses it', () => {
    const secret = makeHmacSecret()
    const text = textOf(hmacAuth(secret), CLAIM, NOW_MS)
    expect(hmacAuth(secret).check(CLAIM, text, { nowMs: NOW_MS })).to.equal('ok')
    expect(hmacAuth(makeHmacSecret()).check(CLAIM, text, { nowMs: NOW_MS })).to.equal('forbidden')
  })

  it('still refuses a code dated 120 s ahead when it comes again 239 s later', () => {
    const scheme = hmacAuth(SECRET)
    const text = textOf(scheme, CLAIM, NOW_MS + 119_000)
    expect(scheme.check(CLAIM, text, { nowMs: NOW_MS })).to.equal('ok')
    expect(scheme.check(CLAIM, text, { nowMs: NOW_MS + 238_000 })).to.equal('forbidden')
  })

  it('remembers no code of a singular claim', () => {
    const scheme = hmacAuth(SECRET, { maxCodes: 1 })
    for (let i = 0; i < 3; i++) {
      const text = textOf(scheme, CLAIM, NOW_MS)
      expect(scheme.check(CLAIM, text, { nowMs: NOW_MS, singular: true })).to.equal('ok')
    }
  })

  it('says unavailable when the memory is full, and never accepts a replay then', () => {
    const scheme = hmacAuth(SECRET, { maxCodes: 1 })
    const texts = [1, 2].map(() => textOf(scheme, CLAIM, NOW_MS))
    const verdicts = [...texts, ...texts].map((text) => scheme.check(CLAIM, text, { nowMs: NOW_MS }))
    expect(verdicts).to.deep.equal(['ok', 'unavailable', 'forbidden', 'unavailable'])
  })

  it('cannot be filled by codes that are wrong', () => {
    const scheme = hmacAuth(SECRET, { maxCodes: 1 })
    for (let i = 0; i < 5; i++) {
      const forged = textOf(hmacAuth(makeHmacSecret()), CLAIM, NOW_MS)
      expect(scheme.check(CLAIM, forged, { nowMs: NOW_MS })).to.equal('forbidden')
    }
    expect(scheme.check(CLAIM, textOf(scheme, CLAIM, NOW_MS), { nowMs: NOW_MS })).to.equal('ok')
  })

  it('asks a store of your own, and waits for it', async () => {
    const asked: [string, number, number][] = []
    const scheme = hmacAuth(SECRET, {
      replay: {
        use: (code, expiresAtMs, nowMs) => {
          asked.push([Buffer.from(code).toString('base64'), expiresAtMs, nowMs])
          return Promise.resolve('used')
        },
      },
    })
    const text = textOf(scheme, CLAIM, NOW_MS)
    expect(await scheme.check(CLAIM, text, { nowMs: NOW_MS })).to.equal('forbidden')
    expect(asked).to.deep.equal([[text.split(':')[2], 1_700_000_120_000, NOW_MS]])
  })

  it('accepts a code as often as it comes when replay is off', () => {
    const scheme = hmacAuth(SECRET, { replay: 'off' })
    const text = textOf(scheme, CLAIM, NOW_MS)
    expect([1, 2].map(() => scheme.check(CLAIM, text, { nowMs: NOW_MS }))).to.deep.equal(['ok', 'ok'])
  })

  it('refuses options out of range', () => {
    expect(caught(() => hmacAuth(SECRET, { lifetimeSeconds: -1 })).code).to.equal('OPTION_INVALID')
    expect(caught(() => hmacAuth(SECRET, { maxCodes: 0 })).code).to.equal('OPTION_INVALID')
  })

  it('keeps the secret out of the error about it', () => {
    expect(caught(() => hmacAuth('c2VjcmV0')).message).not.to.include('c2VjcmV0')
  })
})

describe('the token scheme', () => {
  it('compares tokens beyond ASCII byte by byte', () => {
    const scheme = tokenAuth('źdźbło')
    expect(scheme.check(CLAIM, 'Bearer źdźbło', { nowMs: 0 })).to.equal('ok')
    expect(scheme.check(CLAIM, 'Bearer źdźbłó', { nowMs: 0 })).to.equal('forbidden')
  })

  it('refuses a token that is empty, too long or not text, without telling it', () => {
    for (const token of ['', 'x'.repeat(65_529), 'secret\ud800']) {
      const error = caught(() => tokenAuth(token))
      expect(error.code).to.equal('OPTION_INVALID')
      expect(error.message).not.to.include('secret')
    }
    expect(textOf(tokenAuth('x'.repeat(65_528)), CLAIM, 0)).to.have.lengthOf(65_535)
  })
})

describe('the secrets file', () => {
  it('names a scheme for each half, and none where it names none', () => {
    const auth = authFromSecrets(JSON.stringify({ version: '2', 'to-broadcaster': { type: 'token', secret: 'abc' } }))
    expect(auth.toBroadcaster.check({ ...CLAIM, kind: 'subscribeExact' }, 'Bearer abc', { nowMs: 0 })).to.equal('ok')
    expect(
      auth.toSubscriber.check(
        { kind: 'confirmConfigure', tracing: CLAIM.tracing, broadcasterNonce: CLAIM.tracing },
        undefined,
        { nowMs: 0 },
      ),
    ).to.equal('ok')
  })

  it('may name hmac both ways, with different secrets', () => {
    const half = (): object => ({ type: 'hmac', secret: makeHmacSecret() })
    const auth = authFromSecrets(JSON.stringify({ version: '2', 'to-broadcaster': half(), 'to-subscriber': half() }))
    const claim = { kind: 'checkSubscriptions', tracing: CLAIM.tracing, url: 'u' } as const
    const text = textOf(auth.toBroadcaster, claim, NOW_MS)
    expect(auth.toBroadcaster.check(claim, text, { nowMs: NOW_MS })).to.equal('ok')
  })

  const wrong: readonly [string, unknown][] = [
    ['no JSON', undefined],
    ['a list', []],
    ['another version', { version: '1' }],
    ['a half that is no object', { version: '2', 'to-broadcaster': 'token' }],
    ['an unknown type', { version: '2', 'to-broadcaster': { type: 'basic', secret: 'hush-hush' } }],
    ['a secret that is no text', { version: '2', 'to-subscriber': { type: 'token', secret: 7 } }],
    ['an hmac secret of another size', { version: '2', 'to-subscriber': { type: 'hmac', secret: 'hush-hush' } }],
  ]
  for (const [what, file] of wrong) {
    it(`is refused when it is ${what}, and the error tells no secret`, () => {
      const error = caught(() => authFromSecrets(file === undefined ? '{"hush-hush' : JSON.stringify(file)))
      expect(error.code).to.equal('OPTION_INVALID')
      expect(error.message).not.to.include('hush')
    })
  }
})
