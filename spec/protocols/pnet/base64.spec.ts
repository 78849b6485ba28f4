import { expect } from 'chai'
import * as fc from 'fast-check'
import { base64Length, decodeBase64, encodeBase64, encodeBase64InPlace } from '@/protocols/pnet/base64.js'
import { hex, toHex } from '../../support/hex.js'
import { lcg32 } from '../../support/lcg32.js'

const read = (text: string): string | undefined => {
  const bytes = decodeBase64(Buffer.from(text, 'latin1'))
  return bytes === undefined ? undefined : toHex(bytes)
}

describe('the base64 of pnet', () => {
  const PAIRS: readonly (readonly [bytes: string, text: string])[] = [
    ['', ''],
    ['00', 'AA=='],
    ['fbff', '-_8='],
    ['fbefbe', '----'],
    ['ffffff', '____'],
    ['68656c6c6f', 'aGVsbG8='],
  ]
  for (const [bytes, text] of PAIRS) {
    it(`writes ${bytes === '' ? 'nothing' : bytes} as "${text}" and reads it back`, () => {
      expect(encodeBase64(hex(bytes)).toString()).to.equal(text)
      expect(read(text)).to.equal(bytes)
    })
  }

  const JUNK = [
    ['no padding where there should be some', 'AA'],
    ['one = too few', 'AA='],
    ['one = too many', 'AAA=='],
    ['three =', 'A==='],
    ['nothing but =', '===='],
    ['= in the middle', 'AA==AA=='],
    ['= in the middle that keeps the length', 'AA=AAAAA'],
    ['+ of the standard alphabet', 'AA+A'],
    ['/ of the standard alphabet', 'AA/A'],
    ['a space', 'AA A'],
    ['a line break', 'AAAA\n'],
    ['white space that keeps the length', 'AA \nAAA='],
    ['a character beyond ASCII', 'AAA\u00e9'],
    ['a zero byte', 'AAA\0'],
    ['bits behind the last of two characters', 'AB=='],
    ['bits behind the last of three characters', 'AAB='],
    ['five characters', 'AAAAA'],
  ] as const
  for (const [what, text] of JUNK) {
    it(`does not read ${what}`, () => {
      expect(read(text)).to.equal(undefined)
    })
  }

  it('reads exactly what it would write, whatever the characters and their number', () => {
    const characters = fc.constantFrom(...'A Z a z 0 9 - _ = + / . \u00ff'.split(' '), ' ', '\n')
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 12 }), (text) => {
        const bytes = decodeBase64(Buffer.from(text, 'latin1'))
        if (bytes !== undefined) expect(encodeBase64(bytes).toString('latin1')).to.equal(text)
        else expect(encodeBase64(Buffer.from(text, 'base64url')).toString('latin1')).not.to.equal(text)
      }),
    )
  })

  for (const size of [24_575, 24_576, 24_577, 49_151, 49_152, 49_153, 100_000]) {
    it(`carries ${size} bytes, which go through in blocks`, () => {
      const bytes = Buffer.from(lcg32(size, size))
      const text = encodeBase64(bytes)
      expect(text.toString()).to.equal(bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_'))
      expect(decodeBase64(text)?.equals(bytes)).to.equal(true)
    })

    it(`finds one wrong character in the text of ${size} bytes, wherever it is`, () => {
      const text = encodeBase64(Buffer.from(lcg32(size, size)))
      for (const at of [0, 32_767, 32_768, 32_769, text.length - 5]) {
        if (at < 0 || at >= text.length - 4) continue
        const wrong = Buffer.from(text)
        wrong[at] = 0x2e
        expect(decodeBase64(wrong), `at ${at}`).to.equal(undefined)
      }
    })
  }

  it('encodes in place what ends at the end, and leaves what is beyond', () => {
    for (const size of [0, 1, 2, 3, 24_576, 60_001]) {
      const bytes = Buffer.from(lcg32(3, size))
      const length = base64Length(size)
      const buffer = Buffer.alloc(length + 10, '#')
      buffer.set(bytes, 5 + length - size)
      expect(encodeBase64InPlace(buffer, size, 5 + length)).to.equal(5)
      expect(buffer.toString('latin1')).to.equal(`#####${encodeBase64(bytes).toString()}#####`)
    }
  })

  it('decodes into the memory of the text itself', () => {
    const bytes = Buffer.from(lcg32(4, 70_000))
    const text = encodeBase64(bytes)
    const decoded = decodeBase64(text, text)
    expect(decoded?.equals(bytes)).to.equal(true)
    expect(decoded?.buffer).to.equal(text.buffer)
  })
})
