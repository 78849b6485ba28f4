import { expect } from 'chai'
import * as fc from 'fast-check'
import { jsonText } from '@/protocols/pnet/jsonText.js'

describe('JSON as pnet writes it', () => {
  const WRITTEN: readonly (readonly [value: unknown, text: string])[] = [
    [{ function: 'add', args: [1, 2], kwargs: { y: 5 } }, '{"function": "add", "args": [1, 2], "kwargs": {"y": 5}}'],
    [{ type: 'success', value: null }, '{"type": "success", "value": null}'],
    [[], '[]'],
    [{}, '{}'],
    ['é☃𝄞', '"\\u00e9\\u2603\\ud834\\udd1e"'],
    ['"\\\b\f\n\r\t\u0000\u001f\u007f', '"\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u001f\\u007f"'],
    ['\ud834', '"\\ud834"'],
    [undefined, 'null'],
    [[undefined], '[null]'],
    [Object.assign([1, 2, 3, 4], { length: 2 }).concat(new Array(2), 5), '[1, 2, null, null, 5]'],
    [{ a: undefined, b: 1 }, '{"b": 1}'],
    [2n ** 70n, '1180591620717411303424'],
    [-0, '-0.0'],
    [1.5, '1.5'],
    [1e21, '1e+21'],
    [2 ** 53 - 1, '9007199254740991'],
    [2 ** 53, '9.007199254740992e+15'],
    [-(2 ** 60), '-1.152921504606847e+18'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [JSON.parse('{"__proto__": 1}'), '{"__proto__": 1}'],
  ]
  for (const [value, text] of WRITTEN) it(`writes ${text}`, () => expect(jsonText(value)).to.equal(text))

  const around: unknown[] = []
  around.push([around])
  const UNWRITABLE: readonly (readonly [what: string, value: unknown])[] = [
    ['NaN', [Number.NaN]],
    ['an infinity', { a: -Infinity }],
    ['bytes', new Uint8Array(1)],
    ['a Buffer', Buffer.alloc(1)],
    ['a Map', new Map()],
    ['a Set', new Set()],
    ['a function', () => {}],
    ['a symbol', Symbol('s')],
    ['what contains itself', around],
  ]
  for (const [what, value] of UNWRITABLE) {
    it(`does not write ${what}`, () => {
      expect(() => jsonText(value))
        .to.throw()
        .with.property('name', 'JsonUnwritable')
    })
  }

  it('writes the same object twice where it stands twice', () => {
    const twice = { a: 1 }
    expect(jsonText([twice, twice])).to.equal('[{"a": 1}, {"a": 1}]')
  })

  it('writes what JSON.parse reads back, in ASCII', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = jsonText(value)
        expect(JSON.parse(text)).to.deep.equal(value)
        expect(text).to.match(/^[ -~]*$/)
      }),
    )
  })
})
