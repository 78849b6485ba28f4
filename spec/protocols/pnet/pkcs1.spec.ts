import { expect } from 'chai'
import * as fc from 'fast-check'
import { padBlock, unpadSessionKey } from '@/protocols/pnet/pkcs1.js'
import { caught } from '../../support/caught.js'
import { hex, toHex } from '../../support/hex.js'

const KEY = hex('35b1cbd615818c4b6cb2caa3ce7451ed9aa131cf5592547fb36523e42ef951ca')
const TEXT = 'NbHL1hWBjEtsssqjznRR7ZqhMc9VklR_s2Uj5C75Uco='
const DECOY = Buffer.alloc(32, 0xdd)
const SIZE = 64

/** `00 02`, padding of `ab`, `00`, the text: 64 bytes unless the text or the padding says otherwise. */
const block = (text = TEXT, paddingBytes = SIZE - 3 - text.length): Buffer =>
  Buffer.concat([hex('0002'), Buffer.alloc(paddingBytes, 0xab), hex('00'), Buffer.from(text, 'latin1')])

const withByte = (at: number, byte: number): Buffer => {
  const changed = block()
  changed[at] = byte
  return changed
}

const unpadded = (given: Buffer): string => toHex(unpadSessionKey(given, DECOY))

describe('padBlock', () => {
  it('writes 00 02, the padding, 00 and the message', () => {
    const padded = padBlock(Buffer.from('hi'), 16, (bytes) => Buffer.alloc(bytes, 0x7f))
    expect(toHex(padded)).to.equal('0002 7f7f7f7f7f7f7f7f7f7f7f 00 6869'.replaceAll(' ', ''))
  })

  it('asks again for as many bytes of padding as were zero', () => {
    const given = [hex('0100020003000405060708'), hex('0009 0a'), hex('0b')]
    const asked: number[] = []
    const random = (bytes: number): Buffer => {
      asked.push(bytes)
      return given.shift() ?? Buffer.alloc(0)
    }
    expect(toHex(padBlock(Buffer.from('hi'), 16, random))).to.equal('00020102030405060708090a0b006869')
    expect(asked).to.deep.equal([11, 3, 1])
  })

  it('has no room for less than eight bytes of padding', () => {
    const random = (bytes: number): Buffer => Buffer.alloc(bytes, 1)
    expect(padBlock(Buffer.alloc(44), 55, random).length).to.equal(55)
    const error = caught(() => padBlock(Buffer.alloc(44), 54, random))
    expect([error.code, error.detail['bytes']]).to.deep.equal(['NODE_KEY_INVALID', 54])
  })
})

describe('unpadSessionKey', () => {
  it('finds the key in the shortest block and in a long one, and wipes the block', () => {
    for (const padding of [8, 17, 209]) {
      const given = block(TEXT, padding)
      expect(unpadded(given), `${padding} bytes of padding`).to.equal(toHex(KEY))
      expect(given.every((byte) => byte === 0)).to.equal(true)
    }
  })

  const WRONG: readonly (readonly [string, Buffer])[] = [
    ['its first byte is 1', withByte(0, 1)],
    ['its second byte is 1', withByte(1, 1)],
    ['its second byte is 3', withByte(1, 3)],
    ['the padding ends with its first byte', withByte(2, 0)],
    ['the padding ends too early', withByte(12, 0)],
    ['the padding ends one byte too early', withByte(18, 0)],
    ['the padding does not end', withByte(19, 1)],
    ['the message is one byte longer', block(`N${TEXT}`, SIZE - 48)],
    ['the message is one byte shorter', block(TEXT.slice(1), SIZE - 46)],
    ['the = is missing', withByte(63, 0x41)],
    ['the = is a zero byte', withByte(63, 0)],
    ['there is a + in the key', withByte(20, 0x2b)],
    ['there is a / in the key', withByte(40, 0x2f)],
    ['there is a = in the key', withByte(30, 0x3d)],
    ['there is a zero byte in the key', withByte(30, 0)],
    ['there is a byte above ASCII in the key', withByte(62, 0xe9)],
    ['bits behind the key are not zero', withByte(62, 'p'.charCodeAt(0))],
    ['it is all zero', Buffer.alloc(SIZE)],
    ['it is all ff', Buffer.alloc(SIZE, 0xff)],
  ]
  for (const [what, given] of WRONG) {
    it(`gives the decoy when ${what}`, () => {
      expect(given).to.have.lengthOf(SIZE)
      expect(unpadded(given)).to.equal(toHex(DECOY))
    })
  }

  it('reads each of the 64 characters, and nothing else, as Node does', () => {
    for (let byte = 0; byte < 256; byte++) {
      const given = withByte(33, byte)
      const text = given.toString('latin1', 20)
      const known = /^[A-Za-z0-9_-]{43}=$/.test(text)
      const expected = known ? Buffer.from(text, 'base64url') : DECOY
      expect(unpadded(given), `byte ${byte}`).to.equal(toHex(expected))
    }
  })

  it('gives back every key that was padded, and the decoy after any one change outside the key', () => {
    const any = fc.record({
      key: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      padding: fc.array(fc.integer({ min: 1, max: 255 }), { minLength: 8, maxLength: 40 }),
      at: fc.nat(),
    })
    fc.assert(
      fc.property(any, ({ key, padding, at }) => {
        const text = Buffer.from(`${Buffer.from(key).toString('base64url')}=`)
        const given = Buffer.concat([hex('0002'), Buffer.from(padding), hex('00'), text])
        expect(unpadded(Buffer.from(given))).to.equal(toHex(key))
        const place = at % (padding.length + 3)
        const isPadding = place >= 2 && place < padding.length + 2
        given[place] = isPadding ? 0 : (given[place] ?? 0) ^ 0x40
        expect(unpadded(given)).to.equal(toHex(DECOY))
      }),
    )
  })
})
