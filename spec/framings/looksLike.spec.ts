import { expect } from 'chai'
import { looksLike } from '@/framings/looksLike.js'
import { hex } from '../support/hex.js'

describe('looksLike', () => {
  const KNOWN: readonly (readonly [bytes: string, phrase: string])[] = [
    ['47455420', 'an HTTP request ("GET ")'],
    ['4745', 'an HTTP request ("GE")'],
    ['504f5354', 'an HTTP request ("POST")'],
    ['44454c45', 'an HTTP request ("DELE")'],
    ['48545450', 'an HTTP response ("HTTP")'],
    ['5353482d', 'an SSH greeting ("SSH-")'],
    ['50524920', 'an HTTP/2 preface ("PRI ")'],
    ['16030100', 'a TLS hello'],
    ['16', 'a TLS hello'],
    ['15030302', 'a TLS alert'],
    ['68656c6c', 'text ("hell")'],
    ['47', 'text ("G")'],
    ['0d0a', 'text ("\\r\\n")'],
  ]
  for (const [bytes, phrase] of KNOWN) {
    it(`takes ${bytes} for ${phrase}`, () => {
      expect(looksLike(hex(bytes))).to.equal(phrase)
    })
  }

  for (const bytes of ['', '00000001', 'ff', '1602', '16ff', '15', '1504', '6865ff', '7f']) {
    it(`knows nothing like ${bytes === '' ? 'no bytes at all' : bytes}`, () => {
      expect(looksLike(hex(bytes))).to.equal(undefined)
    })
  }

  it('looks at four bytes and no more', () => {
    expect(looksLike(hex('474554202fff'))).to.equal('an HTTP request ("GET ")')
  })
})
