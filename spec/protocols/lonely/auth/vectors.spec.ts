import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { AuthScheme } from '@/protocols/lonely/auth/authScheme.js'
import { CLAIM_IDS } from '@/protocols/lonely/auth/claim.js'
import { ClaimWriter } from '@/protocols/lonely/auth/claimWriter.js'
import { hmacAuth } from '@/protocols/lonely/auth/hmacAuth.js'
import { noAuth } from '@/protocols/lonely/auth/noAuth.js'
import { tokenAuth } from '@/protocols/lonely/auth/tokenAuth.js'
import { caught } from '../../../support/caught.js'
import { claimOf, type VectorArgs } from '../../../support/lonelyClaims.js'

interface Call {
  readonly id: string
  readonly scheme: 'none' | 'token' | 'hmac'
  readonly method: string
  readonly secret: string
  readonly token_lifetime?: number
  readonly args: VectorArgs
  readonly now: number
  readonly nonce: string
  readonly authorization: string | null
}
type Raises = { readonly raises: string }
interface Vectors {
  readonly kind_ids: Readonly<Record<string, number>>
  readonly authorize: readonly (Call & {
    readonly to_sign?: string | { readonly sha256: string; readonly length: number }
    readonly check: string | Raises
  })[]
  readonly check: readonly (Call & {
    readonly expect: string | Raises
    readonly lenient?: boolean
    readonly note: string
  })[]
  readonly sequences: readonly {
    readonly id: string
    readonly note: string
    readonly steps: readonly (Call & { readonly expect: string })[]
  }[]
  readonly authorize_edges: readonly (Call & { readonly note: string; readonly raises?: string })[]
  readonly secrets: readonly (Call & { readonly raises?: string })[]
}

const isVectors = (value: unknown): value is Vectors =>
  typeof value === 'object' && value !== null && 'kind_ids' in value
const read: unknown = JSON.parse(readFileSync('spec/vectors/lonely-auth.json', 'utf8'))
if (!isVectors(read)) throw new Error('lonely-auth.json is not what it was')
const vectors = read

const schemeOf = (call: Call): AuthScheme => {
  if (call.scheme === 'none') return noAuth()
  if (call.scheme === 'token') return tokenAuth(call.secret)
  return hmacAuth(call.secret, {
    nonce: () => call.nonce,
    ...(call.token_lifetime === undefined ? {} : { lifetimeSeconds: call.token_lifetime }),
  })
}
const nowMs = (call: Call): number => call.now * 1_000
const check = (scheme: AuthScheme, call: Call): string | Promise<string> =>
  scheme.check(claimOf(call.method, call.args), call.authorization ?? undefined, { nowMs: nowMs(call) })
const authorize = (call: Call): string | null | Promise<unknown> => {
  const text = schemeOf(call).authorize(claimOf(call.method, call.args), nowMs(call))
  return text === undefined ? null : text
}

describe('lonely authorization against the recorded calls', () => {
  it('numbers the 21 kinds as recorded', () => {
    const ids = Object.values(CLAIM_IDS)
    expect(ids.toSorted((a, b) => a - b)).to.deep.equal(Object.values(vectors.kind_ids))
    expect(new Set(ids).size).to.equal(21)
  })

  it('has every kind in the recorded calls', () => {
    expect(new Set(vectors.authorize.map((call) => call.method)).size).to.equal(21)
  })

  it('was accepted by the original, but where the original throws', () => {
    for (const { check: result, secret } of vectors.authorize) {
      if (typeof result === 'string') expect(result).to.equal('OK')
      else expect(secret).to.match(/[^ -~]/)
    }
  })

  for (const call of vectors.authorize) {
    if (call.scheme === 'token' && call.secret === '') {
      // A secret that everybody knows is a mistake, so ours has no such scheme.
      it(`has no scheme for the empty token of ${call.id}`, () => {
        expect(caught(() => schemeOf(call)).code).to.equal('OPTION_INVALID')
      })
      continue
    }
    // The original throws at its own token when that is not ASCII; ours accepts it.
    it(`authorizes ${call.id} as recorded, and accepts it`, () => {
      expect(authorize(call)).to.equal(call.authorization)
      expect(check(schemeOf(call), call)).to.equal('ok')
    })
    if (call.to_sign !== undefined) {
      it(`signs the recorded bytes for ${call.id}`, () => {
        const signed = new ClaimWriter().write(claimOf(call.method, call.args), Math.floor(call.now), call.nonce)
        if (typeof call.to_sign === 'string') expect(signed.toString('hex')).to.equal(call.to_sign)
        else {
          expect(signed.length).to.equal(call.to_sign?.length)
          expect(createHash('sha256').update(signed).digest('hex')).to.equal(call.to_sign?.sha256)
        }
      })
    }
  }

  for (const call of vectors.check) {
    // Where the original throws, and where it reads what nobody writes, ours refuses.
    const { expect: result, lenient } = call
    const verdict = lenient === true || typeof result !== 'string' ? 'forbidden' : result.toLowerCase()
    it(`finds ${call.id} ${verdict} (${call.note})`, () => {
      expect(check(schemeOf(call), call)).to.equal(verdict)
    })
  }

  for (const { id, note, steps } of vectors.sequences) {
    it(`${id}: ${note}`, () => {
      const [first] = steps
      if (first === undefined) throw new Error('no steps')
      const scheme = schemeOf(first)
      expect(steps.map((step) => check(scheme, step))).to.deep.equal(steps.map((step) => step.expect.toLowerCase()))
    })
  }

  for (const call of vectors.authorize_edges) {
    const what = call.raises === undefined ? 'authorizes as recorded' : 'has no authorization for'
    it(`${what} ${call.id}: ${call.note}`, () => {
      if (call.raises === undefined) expect(authorize({ ...call, scheme: 'hmac' })).to.equal(call.authorization)
      else expect(caught(() => authorize({ ...call, scheme: 'hmac' })).code).to.equal('CLAIM_UNSIGNABLE')
    })
  }

  for (const call of vectors.secrets) {
    it(`${call.raises === undefined ? 'uses' : 'refuses'} the secret of ${call.id}`, () => {
      if (call.raises === undefined) expect(authorize({ ...call, scheme: 'hmac' })).to.equal(call.authorization)
      else expect(caught(() => authorize({ ...call, scheme: 'hmac' })).code).to.equal('OPTION_INVALID')
    })
  }
})
