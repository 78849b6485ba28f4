import { expect } from 'chai'
import * as fc from 'fast-check'
import { createCipheriv, createHmac } from 'node:crypto'
import { inspect } from 'node:util'
import { FernetKey, type Sources } from '@/protocols/pnet/index.js'
import { decodeBase64, encodeBase64 } from '@/protocols/pnet/base64.js'
import { caught } from '../../support/caught.js'
import { hex, toHex } from '../../support/hex.js'
import { samplesOf, wrongTokens } from '../../support/pnetSamples.js'

const SAMPLES = samplesOf('fernet')
const REJECT = wrongTokens()
const KEY_TEXT = 'NbHL1hWBjEtsssqjznRR7ZqhMc9VklR_s2Uj5C75Uco='
const KEY = FernetKey.parse(KEY_TEXT)
const at = (seconds: number): Sources => ({ random: (bytes) => Buffer.alloc(bytes, 7), nowMs: () => seconds * 1_000 })

/** A token whose MAC is right, whatever stands in it. */
const signed = (body: Buffer): Buffer => {
  const mac = createHmac('sha256', hex('35b1cbd615818c4b6cb2caa3ce7451ed'))
  return encodeBase64(Buffer.concat([body, mac.update(body).digest()]))
}

const blocksOf = (plain: string): Buffer => {
  const cipher = createCipheriv('aes-128-cbc', hex('9aa131cf5592547fb36523e42ef951ca'), Buffer.alloc(16))
  return Buffer.concat([cipher.setAutoPadding(false).update(hex(plain)), cipher.final()])
}
const HEAD = hex('80 0000000000000001 00000000000000000000000000000000')

describe('FernetKey', () => {
  for (const { key, timestamp, iv, plaintext, token } of SAMPLES) {
    it(`writes and opens the recorded token of ${plaintext.length / 2} bytes at ${timestamp} s`, () => {
      const fernet = FernetKey.parse(key)
      const sources = { random: () => hex(iv), nowMs: () => timestamp * 1_000 + 999 }
      expect(fernet.seal(hex(plaintext), sources).toString()).to.equal(token)
      expect(toHex(fernet.open(Buffer.from(token)))).to.equal(plaintext)
      expect(fernet.exportText().toString()).to.equal(key)
    })
  }

  for (const { what, key, token } of REJECT) {
    it(`does not open the recorded token with: ${what}`, () => {
      const error = caught(() => FernetKey.parse(key).open(Buffer.from(token)))
      expect([error.code, error.fault]).to.deep.equal(['FERNET_REJECTED', 'remote'])
    })
  }

  const MALFORMED: readonly (readonly [string, Buffer, string])[] = [
    ['no ciphertext', signed(HEAD), 'it is not a token'],
    ['15 bytes of ciphertext', signed(Buffer.concat([HEAD, Buffer.alloc(15)])), 'it is not a token'],
    ['17 bytes of ciphertext', signed(Buffer.concat([HEAD, Buffer.alloc(17)])), 'it is not whole blocks'],
    [
      'a padding of zero',
      signed(Buffer.concat([HEAD, blocksOf('61616161616161616161616161616100')])),
      'the padding is wrong',
    ],
    ['a padding of 17', signed(Buffer.concat([HEAD, blocksOf('11'.repeat(32))])), 'the padding is wrong'],
    [
      'a padding of two sorts',
      signed(Buffer.concat([HEAD, blocksOf('61616161616161616161616161020303')])),
      'the padding is wrong',
    ],
    ['another version', signed(Buffer.concat([hex('81'), HEAD.subarray(1), Buffer.alloc(16)])), 'it is not a token'],
    ['the standard alphabet', Buffer.from('gAAAAAAdwJ6w+/=='), 'it is not base64'],
  ]
  for (const [what, token, problem] of MALFORMED) {
    it(`does not open a token with ${what}, though its MAC is right: ${problem}`, () => {
      expect(caught(() => KEY.open(token)).detail['problem']).to.equal(problem)
    })
  }

  it('opens a block of nothing but padding, whose MAC is right, as nothing', () => {
    expect(KEY.open(signed(Buffer.concat([HEAD, blocksOf('10'.repeat(16))]))).length).to.equal(0)
  })

  it('opens no token in which one bit is another', () => {
    const token = decodeBase64(KEY.seal(Buffer.from('hello'), at(1))) ?? Buffer.alloc(0)
    for (let bit = 0; bit < token.length * 8; bit++) {
      const changed = Buffer.from(token)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(caught(() => KEY.open(encodeBase64(changed))).code, `bit ${bit}`).to.equal('FERNET_REJECTED')
    }
  })

  it('carries any bytes, in place or not', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (plaintext) => {
        const token = KEY.seal(plaintext)
        expect(toHex(KEY.open(token))).to.equal(toHex(plaintext))
        expect(KEY.sealTwice(plaintext, at(5)).toString()).to.equal(encodeBase64(KEY.seal(plaintext, at(5))).toString())
        expect(toHex(KEY.openConsuming(token))).to.equal(toHex(plaintext))
      }),
    )
  })

  it('takes a fresh IV for each token', () => {
    expect(KEY.seal(Buffer.from('a')).equals(KEY.seal(Buffer.from('a')))).to.equal(false)
  })

  it('looks at the age of a token only when told to', () => {
    const token = KEY.seal(Buffer.from('a'), at(1_000))
    const opened = (ttlSeconds: number, seconds: number): string => {
      try {
        return KEY.open(token, { ttlSeconds, nowMs: seconds * 1_000 }).toString()
      } catch {
        return caught(() => KEY.open(token, { ttlSeconds, nowMs: seconds * 1_000 })).message
      }
    }
    expect(KEY.open(token).toString()).to.equal('a')
    expect(opened(10, 1_010)).to.equal('a')
    expect(opened(10, 1_011)).to.contain('it is too old')
    expect(opened(0, 1_000)).to.equal('a')
    expect(opened(10, 940)).to.equal('a')
    expect(opened(10, 939)).to.contain('it is from the future')
  })

  const KEYS = [
    ['43 characters', KEY_TEXT.slice(0, 43)],
    ['45 characters', `${KEY_TEXT}=`],
    ['44 characters without padding', `${KEY_TEXT.slice(0, 43)}A`],
    ['the standard alphabet', KEY_TEXT.replace('_', '/')],
    ['a space', KEY_TEXT.replace('N', ' ')],
    ['nothing', ''],
  ] as const
  for (const [what, text] of KEYS) {
    it(`takes no key of ${what}, and does not tell it`, () => {
      const error = caught(() => FernetKey.parse(text))
      expect([error.code, error.fault]).to.deep.equal(['FERNET_KEY_INVALID', 'local'])
      if (text !== '') expect(JSON.stringify([error.message, error.detail])).not.to.contain(text)
    })
  }

  it('takes 32 bytes and no others', () => {
    expect(caught(() => new FernetKey(Buffer.alloc(31))).code).to.equal('FERNET_KEY_INVALID')
    expect(new FernetKey(Buffer.alloc(32)).exportText().toString()).to.equal(`${'A'.repeat(43)}=`)
  })

  it('keeps a copy of its bytes, and shows nothing of them', () => {
    const bytes = Buffer.alloc(32, 1)
    const key = new FernetKey(bytes)
    bytes.fill(2)
    expect(key.exportText().toString()).to.equal(encodeBase64(Buffer.alloc(32, 1)).toString())
    expect([Object.keys(key), inspect(key), JSON.stringify(key)]).to.deep.equal([[], 'FernetKey {}', '{}'])
  })

  it('makes another key each time', () => {
    expect(FernetKey.generate().exportText().equals(FernetKey.generate().exportText())).to.equal(false)
  })
})
