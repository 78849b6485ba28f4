import { expect } from 'chai'
import { decodeLetter, encodeLetter, type Letter, MAX_LETTER_BYTES } from '@/protocols/files/index.js'
import { caught } from '../../support/caught.js'
import { hex, toHex } from '../../support/hex.js'

const ofText = (text: string): Letter => decodeLetter(Buffer.from(text))

describe('the letters of a file transfer', () => {
  const WRITTEN: readonly (readonly [Parameters<typeof encodeLetter>[0], string])[] = [
    [
      { type: 'upload-request', fileSize: 26, destinationPath: 'up.txt' },
      '{"type":"upload-request","letter":{"file_size":26,"destination_path":"up.txt"}}',
    ],
    [
      { type: 'download-request', downloadPath: 'd.txt' },
      '{"type":"download-request","letter":{"download_path":"d.txt"}}',
    ],
    [{ type: 'confirmed' }, '{"type":"confirmed","letter":{}}'],
    [{ type: 'download-confirmation', fileSize: 26 }, '{"type":"download-confirmation","letter":{"file_size":26}}'],
    [{ type: 'download-confirmation' }, '{"type":"download-confirmation","letter":{}}'],
    [
      { type: 'rejected', reason: "[Errno 2] No such file or directory: 'missing.bin'" },
      `{"type":"rejected","letter":{"reason":"[Errno 2] No such file or directory: 'missing.bin'"}}`,
    ],
    [{ type: 'close' }, '{"type":"close","letter":{}}'],
  ]

  for (const [letter, text] of WRITTEN) {
    it(`writes ${text} and reads it back`, () => {
      expect(encodeLetter(letter).toString('latin1')).to.equal(text)
      expect(ofText(text)).to.deep.equal(letter)
    })
  }

  it('writes what is not printable ASCII as the original does: lower case, surrogate pairs, short escapes', () => {
    const path = 'żółw 🐢 "q"\\\u007f\u0000\b\n'
    const bytes = encodeLetter({ type: 'download-request', downloadPath: path })
    expect(bytes.toString('latin1')).to.equal(
      '{"type":"download-request","letter":{"download_path":' +
        '"\\u017c\\u00f3\\u0142w \\ud83d\\udc22 \\"q\\"\\\\\\u007f\\u0000\\b\\n"}}',
    )
    expect(decodeLetter(bytes)).to.deep.equal({ type: 'download-request', downloadPath: path })
  })

  it('reads UTF-8, any order, spaces, a byte order mark, and members that it does not know', () => {
    const text = '\ufeff { "letter" : {"x": [1], "download_path" : "żółw 🐢"},\n"type":"download-request", "y": 2 } '
    expect(ofText(text)).to.deep.equal({ type: 'download-request', downloadPath: 'żółw 🐢' })
    expect(toHex(Buffer.from('żółw 🐢'))).to.equal('c5bcc3b3c5827720f09f90a2')
  })

  it('keeps a type that it does not know as unknown', () => {
    expect(ofText('{"type":"mystery","letter":{"x":1}}')).to.deep.equal({ type: 'unknown', name: 'mystery' })
    expect(ofText('{"type":"unknown","letter":{}}')).to.deep.equal({ type: 'unknown', name: 'unknown' })
  })

  it('takes file sizes up to 2^53-1', () => {
    const letter = ofText('{"type":"download-confirmation","letter":{"file_size":9007199254740991}}')
    expect(letter).to.deep.equal({ type: 'download-confirmation', fileSize: 9_007_199_254_740_991 })
  })

  const BROKEN: readonly (readonly [string, Buffer, string])[] = [
    ['text that is not JSON', Buffer.from('not json'), 'it is not JSON'],
    ['nothing', Buffer.alloc(0), 'it is not JSON'],
    ['bytes that are not UTF-8', hex('7b ff 7d'), 'it is not JSON'],
    ['an array', Buffer.from('[1]'), 'it has no type'],
    ['null', Buffer.from('null'), 'it has no type'],
    ['an object without a type', Buffer.from('{"letter":{}}'), 'it has no type'],
    ['a type that is not text', Buffer.from('{"type":1,"letter":{}}'), 'it has no type'],
    ['an object without a letter', Buffer.from('{"type":"close"}'), 'it has no letter'],
    ['a letter that is a list', Buffer.from('{"type":"close","letter":[]}'), 'it has no letter'],
    ['a letter that is null', Buffer.from('{"type":"close","letter":null}'), 'it has no letter'],
    [
      'an upload without a path',
      Buffer.from('{"type":"upload-request","letter":{"file_size":1}}'),
      'destination_path is not text',
    ],
    ['a rejection without a reason', Buffer.from('{"type":"rejected","letter":{}}'), 'reason is not text'],
    ...['"1"', '-1', '1.5', 'true', 'null', '9007199254740992', '1e400'].map(
      (size) =>
        [
          `a file size of ${size}`,
          Buffer.from(`{"type":"upload-request","letter":{"file_size":${size},"destination_path":"a"}}`),
          'file_size is not a number of bytes',
        ] as const,
    ),
    [
      'a size that only every object inherits',
      Buffer.from('{"type":"upload-request","letter":{"destination_path":"a","__proto__":{"file_size":1}}}'),
      'file_size is not a number of bytes',
    ],
  ]

  for (const [what, bytes, problem] of BROKEN) {
    it(`finds ${what} malformed: ${problem}`, () => {
      const error = caught(() => decodeLetter(bytes))
      expect([error.code, error.fault, error.detail['problem']]).to.deep.equal(['LETTER_MALFORMED', 'remote', problem])
    })
  }

  it(`reads a letter of ${MAX_LETTER_BYTES} bytes and none that is larger`, () => {
    const padded = (bytes: number): Buffer => Buffer.from('{"type":"close","letter":{}}'.padEnd(bytes))
    expect(decodeLetter(padded(65_536))).to.deep.equal({ type: 'close' })
    expect(caught(() => decodeLetter(padded(65_537))).code).to.equal('LETTER_MALFORMED')
  })

  it('survives the deepest nesting that fits', () => {
    const deep = '['.repeat(30_000) + ']'.repeat(30_000)
    expect(ofText(`{"type":"close","letter":{"x":${deep}}}`)).to.deep.equal({ type: 'close' })
  })
})
