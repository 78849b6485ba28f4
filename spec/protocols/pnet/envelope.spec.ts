import { expect } from 'chai'
import * as fc from 'fast-check'
import { FernetKey, openEnvelope, refusalOf, sealEnvelope } from '@/protocols/pnet/index.js'
import { TransportError } from '@/errors.js'
import { decodeBase64, encodeBase64 } from '@/protocols/pnet/base64.js'
import { caught } from '../../support/caught.js'
import { lcg32 } from '../../support/lcg32.js'
import { ALICE, BOB } from '../../support/pnetRecordings.js'

const UNIVERSAL = Buffer.from('c3RyfGhp')
const text = (bytes: Buffer | undefined): string => bytes?.toString('latin1') ?? ''
const enveloped = (joined: string): Buffer => encodeBase64(Buffer.from(joined, 'latin1'))
const twice = (token: Uint8Array): string => text(encodeBase64(encodeBase64(token)))

describe('an envelope', () => {
  it('opens for whom it was sealed, with any bytes in it', () => {
    for (const size of [0, 1, 16, 24_576, 100_001]) {
      const bytes = Buffer.from(lcg32(size + 1, size))
      expect(openEnvelope(sealEnvelope(bytes, BOB.publicKey), BOB).equals(bytes), `${size} bytes`).to.equal(true)
    }
  })

  it('is another each time, and has another session key each time', () => {
    const [one, other] = [sealEnvelope(UNIVERSAL, BOB.publicKey), sealEnvelope(UNIVERSAL, BOB.publicKey)]
    const wrapped = [one, other].map((payload) => text(decodeBase64(payload)).split('|')[0])
    expect(wrapped[0]).not.to.equal(wrapped[1])
  })

  it('leaves its own bytes as they were when it is opened', () => {
    const payload = sealEnvelope(UNIVERSAL, BOB.publicKey)
    const before = Buffer.from(payload)
    openEnvelope(payload, BOB)
    expect(payload.equals(before)).to.equal(true)
  })

  const [wrapped = '', token = ''] = text(decodeBase64(sealEnvelope(UNIVERSAL, BOB.publicKey))).split('|')
  const session = FernetKey.generate()
  const rightKey = text(encodeBase64(BOB.publicKey.wrap(session)))

  const MALFORMED: readonly (readonly [string, Buffer])[] = [
    ['nothing', Buffer.alloc(0)],
    ['no base64', Buffer.from('abc')],
    ['no bar', enveloped('nothing')],
    ['a session key that is no base64', enveloped(`abc|${token}`)],
    ['a token that is no base64', enveloped(`${wrapped}|abc`)],
    ['a second bar', enveloped(`${wrapped}|${token}|`)],
  ]
  for (const [what, payload] of MALFORMED) {
    it(`is not answered when it has ${what}`, () => {
      const error = caught(() => openEnvelope(payload, BOB))
      expect([error.code, refusalOf(error)]).to.deep.equal(['ENVELOPE_MALFORMED', undefined])
    })
  }

  const REJECTED: readonly (readonly [string, Buffer])[] = [
    ['it is for another node', sealEnvelope(UNIVERSAL, ALICE.publicKey)],
    ['its session key has no bytes', enveloped(`|${token}`)],
    ['its session key is too short', enveloped(`AAAA|${token}`)],
    [
      'its session key is a number above the modulus',
      enveloped(`${twice(Buffer.alloc(64, 0xff)).slice(0, 88)}|${token}`),
    ],
    ['its block has no padding', enveloped(`${text(encodeBase64(Buffer.alloc(64, 1)))}|${token}`)],
    ['it has no token', enveloped(`${wrapped}|`)],
    ['its token is too short', enveloped(`${rightKey}|${twice(Buffer.alloc(60))}`)],
    ['its token was made with another key', enveloped(`${rightKey}|${token}`)],
    ['its token is base64 once, not twice', enveloped(`${rightKey}|${text(session.seal(UNIVERSAL))}`)],
  ]
  for (const [what, payload] of REJECTED) {
    it(`has the one answer of all that do not open when ${what}`, () => {
      const error = caught(() => openEnvelope(payload, BOB))
      expect([error.code, error.message, refusalOf(error)]).to.deep.equal([
        'ENVELOPE_REJECTED',
        new TransportError('ENVELOPE_REJECTED', { refusal: 'ERR_RSA_DECRYPTION_FAILED' }).message,
        'ERR_RSA_DECRYPTION_FAILED',
      ])
    })
  }

  it('opens with the token that the session key in it has made', () => {
    expect(
      openEnvelope(enveloped(`${rightKey}|${text(session.sealTwice(UNIVERSAL))}`), BOB).equals(UNIVERSAL),
    ).to.equal(true)
  })

  it('never opens as something else, whichever byte of it is another', () => {
    const payload = sealEnvelope(UNIVERSAL, BOB.publicKey)
    fc.assert(
      fc.property(fc.nat({ max: payload.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(payload)
        changed[at] = (changed[at] ?? 0) ^ change
        expect(caught(() => openEnvelope(changed, BOB)).code).to.match(/^ENVELOPE_(MALFORMED|REJECTED)$/)
      }),
    )
  })
})
