import { expect } from 'chai'
import { dialectNamed } from '@/lab/decoders/dialects.js'
import { hex, toHex } from '../../support/hex.js'

/** `HEX meaning` for each stretch of the stream, and at its end what that means. */
const readAlong = (dialect: string, ...chunks: readonly Buffer[]): (string | undefined)[] => {
  const { opener } = dialectNamed(dialect).decoders()
  const words = chunks.flatMap((chunk) => opener.read(chunk)).map(({ bytes, meaning }) => `${toHex(bytes)} ${meaning}`)
  const end = opener.end()
  return end === undefined ? words : [...words, end]
}

describe('the decoder of the handshake', () => {
  it('tells the opening, lengths, payloads and answers apart', () => {
    expect(readAlong('handshake', hex('ff ffff 00000002 6869 ff 00000000 fd 00000003 ffffff'))).to.deep.equal([
      'ff opening: yes',
      'ffff yes x 2',
      '00000002 length 2',
      '6869 payload, 2 bytes',
      'ff yes',
      '00000000 length 0',
      'fd no (fd)',
      '00000003 length 3',
      'ffffff payload, 3 bytes',
    ])
  })

  it('says how far a length or a payload has come', () => {
    expect(readAlong('handshake', hex('ff 0000'), hex('0003 61'), hex('6263'))).to.deep.equal([
      'ff opening: yes',
      '0000 length, 2 of 4 bytes',
      '0003 length 3',
      '61 payload, 1 of 3 bytes',
      '6263 payload, 3 of 3 bytes',
    ])
  })

  it('knows the openings that say no', () => {
    expect(readAlong('handshake', hex('fe'))).to.deep.equal(['fe opening: no, it is full'])
    expect(readAlong('handshake', hex('00'))).to.deep.equal(['00 opening: no'])
  })

  it('says what a stranger looks like, and from there on only shows the bytes', () => {
    expect(readAlong('handshake', Buffer.from('GET / HT'), Buffer.from('TP'))).to.deep.equal([
      `${toHex(Buffer.from('GET '))} no opening; an HTTP request ("GET ")`,
      `${toHex(Buffer.from('/ HT'))} `,
      `${toHex(Buffer.from('TP'))} `,
    ])
  })

  for (const [digits, words] of [
    ['', 'it ends without an opening'],
    ['ff 00', 'so the 00 before it was a no'],
    ['ff 0000', 'it ends inside a length, after 2 of 4 bytes'],
    ['ff 00000002 61', 'it ends inside a payload, after 1 of 2 bytes'],
    ['ff 00000001 61', undefined],
  ] as const) {
    it(`says of an end behind "${digits}": ${words ?? 'nothing'}`, () => {
      const { opener } = dialectNamed('handshake').decoders()
      opener.read(hex(digits))
      expect(opener.end()).to.equal(words)
    })
  }
})

describe('the decoders of length and line', () => {
  it('tell lengths and payloads apart', () => {
    expect(readAlong('length', hex('00000002 6869 00000000 000000'))).to.deep.equal([
      '00000002 length 2',
      '6869 payload, 2 bytes',
      '00000000 length 0',
      '000000 length, 3 of 4 bytes',
      'it ends inside a length, after 3 of 4 bytes',
    ])
  })

  it('tell lines and their ends apart', () => {
    expect(readAlong('line', hex('6869 0a 0a 61'), hex('62 0a 63'))).to.deep.equal([
      '6869 line, 2 bytes',
      '0a end of a line of 2 bytes',
      '0a end of a line of 0 bytes',
      '61 line, 1 byte so far',
      '62 line goes on, 2 bytes',
      '0a end of a line of 2 bytes',
      '63 line, 1 byte so far',
      'it ends inside a line, after 1 byte',
    ])
  })
})
