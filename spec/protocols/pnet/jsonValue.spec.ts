import { expect } from 'chai'
import * as fc from 'fast-check'
import { jsonText } from '@/protocols/pnet/jsonText.js'
import { jsonValue } from '@/protocols/pnet/jsonValue.js'

describe('JSON as pnet reads it', () => {
  const READ: readonly (readonly [text: string, value: unknown])[] = [
    ['9007199254740991', 2 ** 53 - 1],
    ['9007199254740992', 2n ** 53n],
    ['-9007199254740993', -(2n ** 53n) - 1n],
    ['[18446744073709551615, 1]', [2n ** 64n - 1n, 1]],
    ['0000000000000001', undefined],
    ['{"id": 1180591620717411303424}', { id: 2n ** 70n }],
    ['12345678901234567890.0', 12_345_678_901_234_567_000],
    ['12345678901234567890e0', 12_345_678_901_234_567_000],
    ['1e+21', 1e21],
    ['"9007199254740993"', '9007199254740993'],
    ['["\\"", 9007199254740993, "\\\\", "9007199254740993"]', ['"', 9007199254740993n, '\\', '9007199254740993']],
    ['["\\\\\\" 9007199254740993 ", 9007199254740993]', ['\\" 9007199254740993 ', 9007199254740993n]],
    ['{"9007199254740993": 9007199254740993}', { '9007199254740993': 9007199254740993n }],
  ]
  for (const [text, value] of READ) {
    it(`reads ${text}${value === undefined ? ' as nothing: it is none' : ''}`, () => {
      if (value === undefined) expect(() => jsonValue(text)).to.throw(SyntaxError)
      else expect(jsonValue(text)).to.deep.equal(value)
    })
  }

  it('leaves a member called __proto__ a member', () => {
    const value = jsonValue('{"__proto__": {"a": 9007199254740993}}')
    expect(Object.entries(value ?? {})).to.deep.equal([['__proto__', { a: 9007199254740993n }]])
    expect(Object.getPrototypeOf(value)).to.equal(Object.prototype)
  })

  it('refuses an integer that it would take too long to read', () => {
    expect(jsonValue('9'.repeat(2_466))).to.equal(10n ** 2_466n - 1n)
    expect(() => jsonValue('9'.repeat(2_467))).to.throw(RangeError)
  })

  it('reads many escapes beside a large number, and refuses what is too deep', () => {
    const text = 'é'.repeat(200_000)
    expect(jsonValue(jsonText([text, 2n ** 60n]))).to.deep.equal([text, 2n ** 60n])
    const deep = `${'['.repeat(200_000)}9007199254740993${']'.repeat(200_000)}`
    expect(() => jsonValue(deep)).to.throw(RangeError)
  })

  it('gives back every number and every bigint that was written, of the same kind', () => {
    const numbers = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger(), fc.string())
    const large = fc.bigInt().filter((value) => !Number.isSafeInteger(Number(value)))
    fc.assert(
      fc.property(fc.array(fc.oneof(numbers, large)), (values) => {
        expect(jsonValue(jsonText(values))).to.deep.equal(values)
      }),
    )
  })
})
