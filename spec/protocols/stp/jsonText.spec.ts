import { expect } from 'chai'
import * as fc from 'fast-check'
import { readJsonObject, writeJson } from '@/protocols/stp/jsonText.js'
import { caught } from '../../support/caught.js'
import { hex } from '../../support/hex.js'

const read = (text: string | Buffer): unknown => {
  const bytes = Buffer.concat([Buffer.from('before'), Buffer.from(text), Buffer.from('behind')])
  return readJsonObject(bytes, 6, bytes.length - 6)
}
const nested = (depth: number, inside = ''): string => `{"a":${'['.repeat(depth - 1)}${inside}${']'.repeat(depth - 1)}}`

describe('STP, JSON', () => {
  it('is written compactly, in printable ASCII, half a surrogate pair each', () => {
    const value = { é: '☃𝄞', list: [1, -2.5, true, null, {}], control: '\u007f\u0001\n"\\/', big: 1e300 }
    const expected = String.raw`{"\u00e9":"\u2603\ud834\udd1e","list":[1,-2.5,true,null,{}],"control":"\u007f\u0001\n\"\\/","big":1e+300}`
    expect(writeJson(value)).to.equal(expected)
  })

  it('cannot be made of undefined, a function, a bigint or a cycle', () => {
    const cycle: { self?: object } = {}
    cycle.self = cycle
    for (const value of [undefined, () => {}, 1n, cycle])
      expect(caught(() => writeJson(value)).code).to.equal('MESSAGE_UNSENDABLE')
  })

  it('is read as it was written, whatever it is', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value))
        expect(read(writeJson(value))).to.deep.equal(plain)
        expect(read(JSON.stringify(value))).to.deep.equal(plain)
      }),
    )
  })

  it('is nothing but an object in UTF-8 without a byte order mark', () => {
    for (const text of ['', '[]', 'null', '1', '"{}"', '{', '{}x', '{"a":NaN}', "{'a':1}", '\ufeff{}'])
      expect(read(text), text).to.equal(undefined)
    for (const bytes of ['7b2261223a22ff227d', '7b2261223a22c0af227d', '7b2261223a22eda080227d'])
      expect(read(hex(bytes)), bytes).to.equal(undefined)
    expect(read('{"a":"\ufffd"}')).to.deep.equal({ a: '\ufffd' })
  })

  it('has a key __proto__ as data', () => {
    const value = read('{"__proto__":{"user":"x"}}')
    expect(Object.keys(Object(value))).to.deep.equal(['__proto__'])
    expect(Reflect.get(Object(value), 'user')).to.equal(undefined)
  })

  it('may be 512 deep and no deeper, brackets in text aside', () => {
    const padding = `"${' '.repeat(1_024)}"`
    expect(read(nested(512, padding))).to.be.an('object')
    expect(read(nested(513, padding))).to.equal(undefined)
    expect(read(nested(100_000))).to.equal(undefined)
    expect(read(`{"a":"${'['.repeat(2_000)}\\"${'{'.repeat(2_000)}\\\\"}`)).to.be.an('object')
    expect(read(`{"a":"\\\\",${nested(513).slice(1)}`)).to.equal(undefined)
    expect(read(`{"a":[${Array(2_000).fill('[]').join(',')}]}`)).to.be.an('object')
  })
})
