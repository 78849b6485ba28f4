import { expect } from 'chai'
import * as fc from 'fast-check'
import { wireText, wireTextOf } from '@/protocols/pyile/wireText.js'
import { caught } from '../../support/caught.js'

describe('the text of a Pyile value', () => {
  // As Python's `json.dumps` has it, which would also write numbers anew and merge doubled names.
  const CASES: readonly (readonly [json: string, text: string])[] = [
    ['{}', '{}'],
    ['[]', '[]'],
    ['null', 'null'],
    ['-1.5e+2', '-1.5e+2'],
    ['[1,2 ,\t3]', '[1, 2, 3]'],
    ['{"a":1,"b":{"c":[true,false]}}', '{"a": 1, "b": {"c": [true, false]}}'],
    ['"a,b:c {\\"}"', '"a,b:c {\\"}"'],
    ['"żółw"', '"\\u017c\\u00f3\\u0142w"'],
    ['"\u{1f600}"', '"\\ud83d\\ude00"'],
    ['"\\ud83d"', '"\\ud83d"'],
    ['"\u007f"', '"\\u007f"'],
    ['"\\/\\u0041\\u000a\\u001f"', '"/A\\n\\u001f"'],
    ['"\\\\"', '"\\\\"'],
    ['{"b":1,"1":2,"b":3}', '{"b": 1, "1": 2, "b": 3}'],
    ['[12345678901234567890,1.0]', '[12345678901234567890, 1.0]'],
  ]
  for (const [json, text] of CASES) {
    it(`of ${json} is ${text}`, () => {
      expect(wireText(json)).to.equal(text)
    })
  }

  it('means the same as the JSON it was made from, is ASCII, and does not change a second time', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary' }), fc.nat({ max: 4 }), (json, spaces) => {
        const text = wireText(JSON.stringify(JSON.parse(json), undefined, spaces))
        expect(JSON.parse(text)).to.deep.equal(JSON.parse(json))
        expect(text).to.match(/^[ -~]*$/)
        expect(wireText(text)).to.equal(text)
      }),
    )
  })

  it('of a string of 64 KiB full of escapes is made as well', () => {
    const json = JSON.stringify('"\\'.repeat(16_384))
    expect(wireText(json)).to.equal(json)
  })

  it('there is none of what JSON has no form for', () => {
    const circle: unknown[] = []
    circle.push(circle)
    for (const value of [undefined, () => {}, Symbol('s'), 1n, circle]) {
      const error = caught(() => wireTextOf(value))
      expect(error).to.include({ name: 'SendException', code: 'VALUE_UNSENDABLE' })
    }
  })
})
