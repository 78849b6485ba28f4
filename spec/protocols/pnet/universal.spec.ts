import { expect } from 'chai'
import { decodeUniversal, encodeUniversal, type Picklable, splitUniversal } from '@/protocols/pnet/index.js'
import { encodeBase64 } from '@/protocols/pnet/base64.js'
import { caught } from '../../support/caught.js'
import { hex, toHex } from '../../support/hex.js'

const WRITTEN: readonly (readonly [string, Picklable, string])[] = [
  ['text', 'hi é', `7374727c 686920c3a9`],
  ['no text', '', '7374727c'],
  ['a byte order mark', '\ufeff', '7374727c efbbbf'],
  ['bytes', hex('00ff'), '7261777c 00ff'],
  ['no bytes', new Uint8Array(0), '7261777c'],
  ['None', null, '706b6c7c 80044e2e'],
  ['nothing', undefined, '706b6c7c 80044e2e'],
  ['a number', 1, '706b6c7c 80044a010000002e'],
  ['text that UTF-8 cannot carry', '\ud800', '706b6c7c 80045803000000eda0802e'],
]

describe('the universal encoding', () => {
  for (const [what, value, bytes] of WRITTEN) {
    it(`writes ${what} as base64 of ${bytes}, and reads it back`, () => {
      const text = encodeUniversal(value)
      expect(text.toString()).to.equal(encodeBase64(hex(bytes)).toString())
      const expected = value === undefined ? null : value instanceof Uint8Array ? Buffer.from(value) : value
      expect(decodeUniversal(text)).to.deep.equal(expected)
    })
  }

  it('is split at its first bar', () => {
    const { tag, data } = splitUniversal(encodeUniversal('a|b'))
    expect([tag, data.toString()]).to.deep.equal(['str', 'a|b'])
  })

  it('does not read a pickle until asked to', () => {
    const { tag, data } = splitUniversal(encodeBase64(Buffer.from('pkl|cos\n')))
    expect([tag, toHex(data)]).to.deep.equal(['pkl', '636f730a'])
  })

  const JUNK: readonly (readonly [string, Buffer, string])[] = [
    ['no base64', Buffer.from('str|hi'), 'VALUE_MALFORMED'],
    ['nothing', Buffer.alloc(0), 'VALUE_MALFORMED'],
    ['no tag', encodeBase64(Buffer.from('hello')), 'VALUE_MALFORMED'],
    ['a tag without a bar', encodeBase64(Buffer.from('str')), 'VALUE_MALFORMED'],
    ['another tag', encodeBase64(Buffer.from('xyz|hi')), 'VALUE_MALFORMED'],
    ['a tag in capitals', encodeBase64(Buffer.from('STR|hi')), 'VALUE_MALFORMED'],
    ['a longer tag', encodeBase64(Buffer.from('strs|hi')), 'VALUE_MALFORMED'],
    ['text that is no UTF-8', encodeBase64(hex('7374727c ff')), 'VALUE_MALFORMED'],
    ['a pickle that is none', encodeBase64(Buffer.from('pkl|hi')), 'PICKLE_MALFORMED'],
    ['a pickle that is code', encodeBase64(hex('706b6c7c 8004636f730a')), 'PICKLE_REFUSED'],
  ]
  for (const [what, text, code] of JUNK) {
    it(`is not ${what}: ${code}`, () => {
      const error = caught(() => decodeUniversal(text))
      expect([error.code, error.fault]).to.deep.equal([code, 'remote'])
    })
  }

  it('passes its limits on to the pickle, both ways', () => {
    expect(caught(() => decodeUniversal(encodeUniversal([1]), { maxPickleDepth: 0 })).code).to.equal('PICKLE_TOO_LARGE')
    expect(caught(() => encodeUniversal([1], { maxPickleDepth: 0 })).code).to.equal('VALUE_UNSENDABLE')
  })
})
