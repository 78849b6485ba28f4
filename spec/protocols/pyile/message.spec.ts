import { expect } from 'chai'
import { BROADCAST, ownMessage, readMessage, readReceipt, receiptFor } from '@/protocols/pyile/message.js'
import { caught } from '../../support/caught.js'
import { hex } from '../../support/hex.js'

const HELLO =
  '7b2264617461223a202268656c6c6f222c2022616c696173223a20226f6e65222c2022746f223a202242726f616463617374222c202266726f6d223a205b223132372e302e302e32222c2034393838335d7d'

const read = (text: string) => readMessage(Buffer.from(text)).message

describe('a Pyile message', () => {
  it('is written as the original writes it', () => {
    const own = ownMessage('hello', 'one', BROADCAST, ['127.0.0.2', 49_883])
    expect(own.bytes.toString('hex')).to.equal(HELLO)
    expect(own.stored).to.deep.equal({
      data: 'hello',
      alias: 'one',
      to: 'Broadcast',
      from: ['127.0.0.2', 49_883],
      self: true,
    })
  })

  it('is read back, and its receipt names who has it', () => {
    const { message, text } = readMessage(hex(HELLO))
    expect(message).to.deep.equal({ data: 'hello', alias: 'one', to: 'Broadcast', from: ['127.0.0.2', 49_883] })
    const receipt = receiptFor(text, 'żółw')
    expect(receipt.toString()).to.equal(`{"data": ${hex(HELLO).toString()}, "alias": "\\u017c\\u00f3\\u0142w"}`)
    expect(readReceipt(receipt)).to.equal('żółw')
  })

  it('is not sent without what JSON has no form for, as JSON.stringify would', () => {
    for (const [data, to] of [
      [undefined, BROADCAST],
      ['x', undefined],
    ]) {
      expect(caught(() => ownMessage(data, 'one', to, ['127.0.0.2', 1])).code).to.equal('VALUE_UNSENDABLE')
    }
  })

  it('keeps every member it came with, but for self', () => {
    expect(read('{"x": {"y": 1}, "self": 0, "from": ["127.0.0.1", 1], "to": null, "__proto__": 5}')).to.deep.equal({
      x: { y: 1 },
      data: undefined,
      from: ['127.0.0.1', 1],
      to: null,
      ['__proto__']: 5,
    })
  })

  it('may lack an alias, or have one that is no text', () => {
    expect(read('{"data": 1, "to": "x", "from": ["127.0.0.1", 1]}')).to.not.have.property('alias')
    expect(read('{"data": 1, "alias": {"a": 1}, "to": "x", "from": ["127.0.0.1", 1]}').alias).to.equal('{"a":1}')
  })

  const MALFORMED: readonly (readonly [text: string, problem: string])[] = [
    ['', 'it is not JSON'],
    ['{"to": "Broadcast", "from": ["127.0.0.1", 1]', 'it is not JSON'],
    ['{"data": NaN, "to": "Broadcast", "from": ["127.0.0.1", 1]}', 'it is not JSON'],
    ['[]', 'it is no object'],
    ['null', 'it is no object'],
    ['"to"', 'it is no object'],
    ['{"from": ["127.0.0.1", 1]}', 'to is missing'],
    ['{"to": "Broadcast"}', 'from is no address'],
    ...[
      '"a:1"',
      '[]',
      '["a"]',
      '["a", 1, 2]',
      '[1, "a"]',
      '["a", 0]',
      '["a", 65536]',
      '["a", 1.5]',
      '["", 1]',
      '["a b", 1]',
      '["a:b", 1]',
    ].map((from) => [`{"to": "Broadcast", "from": ${from}}`, 'from is no address'] as const),
    [`{"to": "Broadcast", "from": ["${'a'.repeat(254)}", 1]}`, 'from is no address'],
  ]
  for (const [text, problem] of MALFORMED) {
    it(`is none, because ${problem}: ${text.slice(0, 60)}`, () => {
      const error = caught(() => readMessage(Buffer.from(text)))
      expect(error).to.include({ name: 'RecvException', code: 'VALUE_MALFORMED', fault: 'remote' })
      expect(error.detail['problem']).to.equal(problem)
    })
  }

  it('is none when it is not UTF-8', () => {
    expect(caught(() => readMessage(hex('7b22ff223a317d'))).code).to.equal('VALUE_MALFORMED')
  })

  it('has no receipt in what is something else', () => {
    for (const text of ['', '[]', '{"alias": "x"}', 'null'])
      expect(readReceipt(Buffer.from(text)), text).to.equal(undefined)
    expect(readReceipt(Buffer.from('{"data": 1}'))).to.equal('')
  })
})
