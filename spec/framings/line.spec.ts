import { expect } from 'chai'
import * as fc from 'fast-check'
import type { FrameWriter } from '@/framings/framing.js'
import { line, LineFraming, type LineOptions } from '@/framings/line.js'
import { type FramingSample, itKeepsTheFramingContract } from '../contracts/framing.js'
import { caught } from '../support/caught.js'
import { chunkings } from '../support/chunkings.js'
import { hex } from '../support/hex.js'
import { MessageReader } from '../support/messageReader.js'
import { Recorder } from '../support/recorder.js'

const latin = (text: string): Buffer => Buffer.from(text, 'latin1')

const opened = (options: LineOptions = {}, maxMessageBytes = 8, writer: FrameWriter = new Recorder()): MessageReader =>
  new MessageReader(new LineFraming({ writer, maxMessageBytes }, options)).drain()

const lines = (reader: MessageReader): string[] => reader.messages.map((message) => hex(message).toString('latin1'))

const without = (delimiter: Buffer): fc.Arbitrary<Uint8Array> =>
  fc
    .array(fc.constantFrom(0x0d, 0x61, 0x62, 0x00, 0xff), { maxLength: 12 })
    .map((bytes) => Buffer.from(bytes))
    .filter((bytes) => Buffer.concat([bytes, delimiter]).indexOf(delimiter) === bytes.length)

const sample = (options: LineOptions, of: Omit<FramingSample, 'create' | 'opening'>): FramingSample => ({
  create: (writer, maxMessageBytes) => new LineFraming({ writer, maxMessageBytes }, options),
  opening: '',
  ...of,
})

describe('LineFraming', () => {
  describe('with newlines', () => {
    itKeepsTheFramingContract(
      sample(
        {},
        {
          frames: [
            ['6869', '6869 0a'],
            ['', '0a'],
            ['00ff', '00ff 0a'],
            ['610d62', '610d62 0a'],
            ['', '0a'],
          ],
          alsoRead: [
            ['6869', '6869 0d0a'],
            ['', '0d0a'],
            ['610d', '610d 0d0a'],
          ],
          anyMessage: without(latin('\n')).filter((bytes) => bytes[bytes.length - 1] !== 0x0d),
          three: '616263 0a',
          four: '61626364 0a',
        },
      ),
    )
  })

  describe('with a delimiter of two bytes', () => {
    itKeepsTheFramingContract(
      sample(
        { delimiter: '\r\n' },
        {
          frames: [
            ['6869', '6869 0d0a'],
            ['', '0d0a'],
            ['0a', '0a 0d0a'],
            ['0d', '0d 0d0a'],
            ['0d0d', '0d0d 0d0a'],
          ],
          anyMessage: without(latin('\r\n')),
          three: '616263 0d0a',
          four: '61626364 0d0a',
        },
      ),
    )
  })

  describe('with a delimiter whose end may begin another', () => {
    itKeepsTheFramingContract(
      sample(
        { delimiter: hex('616261') },
        {
          frames: [
            ['63', '63 616261'],
            ['', '616261'],
            ['6162 62', '616262 616261'],
            ['6262', '6262 616261'],
          ],
          anyMessage: without(latin('aba')),
          three: '626262 616261',
          four: '62626262 616261',
        },
      ),
    )
  })

  describe('with a zero byte', () => {
    itKeepsTheFramingContract(
      sample(
        { delimiter: '\0' },
        {
          frames: [
            ['6869', '6869 00'],
            ['', '00'],
            ['610d', '610d 00'],
          ],
          anyMessage: without(latin('\0')),
          three: '616263 00',
          four: '61626364 00',
        },
      ),
    )
  })

  it('keeps the carriage return when told to, and drops it before another delimiter when told to', () => {
    expect(lines(opened({ stripCarriageReturn: false }).read(latin('a\r\n')))).to.deep.equal(['a\r'])
    expect(lines(opened({ delimiter: ';', stripCarriageReturn: true }).read(latin('a\r;b;')))).to.deep.equal(['a', 'b'])
  })

  it('does not count the carriage return that it strips', () => {
    for (const [how, chunks] of chunkings(latin('12345678\r\n'))) {
      expect(lines(opened().read(...chunks)), how).to.deep.equal(['12345678'])
    }
  })

  it('delivers a line that lies inside one chunk as a view of it', () => {
    const framing = opened().framing
    const chunk = latin('hi\n')
    framing.push(chunk)
    const step = framing.next()
    expect(step?.do === 'deliver' && step.message.buffer === chunk.buffer).to.equal(true)
  })

  describe('the limit', () => {
    it('is passed at maxMessageBytes and two more without a newline, whatever the chunks', () => {
      for (const [how, chunks] of chunkings(latin('1234567890'))) {
        const error = caught(() => opened().read(...chunks))
        expect(error, how).to.deep.include({ code: 'MESSAGE_TOO_LARGE', detail: { size: 10, limit: 8 } })
      }
      expect(lines(opened().read(latin('123456789')))).to.deep.equal([])
    })

    it('is passed by a line of 9 bytes when its newline comes', () => {
      expect(caught(() => opened().read(latin('123456789'), latin('\n')))).to.deep.include({
        code: 'MESSAGE_TOO_LARGE',
        detail: { size: 9, limit: 8 },
      })
    })

    it('is passed at once by a chunk much longer than it, and nothing of it is kept', () => {
      const reader = opened()
      expect(caught(() => reader.read(Buffer.alloc(100_000, 0x61)))).to.have.property('code', 'MESSAGE_TOO_LARGE')
    })

    it('may change while the connection lives', () => {
      const reader = opened()
      reader.framing.maxMessageBytes = 2
      expect(caught(() => reader.read(latin('abc\n')))).to.have.property('code', 'MESSAGE_TOO_LARGE')
      const wider = opened()
      wider.framing.maxMessageBytes = 20
      expect(lines(wider.read(latin('0123456789\n')))).to.deep.equal(['0123456789'])
    })
  })

  describe('a last line without its delimiter', () => {
    it('is delivered after the end when the option allows it', () => {
      for (const [how, chunks] of chunkings(latin('a\nbc'))) {
        const reader = opened({ lastLineMayLackDelimiter: true }).read(...chunks)
        expect(lines(reader), how).to.deep.equal(['a'])
        reader.framing.end()
        expect(lines(reader.drain().drain()), how).to.deep.equal(['a', 'bc'])
      }
    })

    it('is not made up when the stream ends after a delimiter', () => {
      const reader = opened({ lastLineMayLackDelimiter: true }).read(latin('a\n'))
      reader.framing.end()
      expect(lines(reader.drain())).to.deep.equal(['a'])
    })
  })

  describe('objections', () => {
    const objection = (text: string, options: LineOptions = {}): unknown =>
      opened(options).framing.objection(text.length, latin(text))

    it('has one to a message that contains the delimiter, and says where', () => {
      expect(objection('ab\ncd')).to.include({ size: 5, delimiterAt: 2 })
      expect(objection('ab\ncd', { delimiter: '\n\n' })).to.equal(undefined)
      expect(objection('ab\n\n', { delimiter: '\n\n' })).to.include({ delimiterAt: 2 })
    })

    it('has one to a message whose end makes an earlier delimiter with the one behind it', () => {
      expect(objection('x\n', { delimiter: '\n\n' })).to.include({ delimiterAt: 1 })
      expect(objection('ab', { delimiter: 'aba' })).to.include({ delimiterAt: 0 })
      expect(objection('xaab', { delimiter: 'abaab' })).to.equal(undefined)
    })

    it('has one to a message that ends in a carriage return that the reader would strip', () => {
      expect(objection('a\r')).to.have.property('problem')
      expect(objection('a\r', { stripCarriageReturn: false })).to.equal(undefined)
    })

    it('has one to a streamed message', () => {
      expect(opened().framing.objection(5, undefined)).to.have.property('problem')
    })

    it('agrees with what a reader would make of the message', () => {
      const delimiters = fc.constantFrom('\n', 'a', 'aa', 'aba', 'abab', '\r\n')
      const messages = fc.array(fc.constantFrom('a', 'b', '\r', '\n'), { maxLength: 8 }).map((each) => each.join(''))
      fc.assert(
        fc.property(delimiters, messages, (delimiter, message) => {
          const read = lines(opened({ delimiter }).read(latin(message + delimiter)))
          const same = read.length === 1 && read[0] === message
          expect(objection(message, { delimiter }) === undefined).to.equal(same)
        }),
      )
    })
  })

  for (const delimiter of ['', '12345678901234567', new Uint8Array(0), new Uint8Array(17)]) {
    it(`refuses a delimiter of ${delimiter.length} bytes before there is a connection`, () => {
      const error = caught(() => line({ delimiter }))
      expect(error.code).to.equal('OPTION_INVALID')
      expect(error.detail).to.include({ option: 'delimiter', given: `${delimiter.length} bytes` })
    })
  }

  it('is made for each connection by its factory, with the delimiter as it was at that time', () => {
    const delimiter = latin(';')
    const create = line({ delimiter })
    delimiter.fill(0)
    const framing = create({ role: 'opener', writer: new Recorder(), maxMessageBytes: 8, windowBytes: 0 })
    expect(framing).to.include({ name: 'line', announces: false, answered: false, pipelined: true })
    expect(lines(new MessageReader(framing).read(latin('a;b\0;')))).to.deep.equal(['a', 'b\0'])
  })

  it('reads a line of 1 MiB that comes byte by byte without going over it again', function () {
    this.timeout(20_000)
    const bytes = Buffer.alloc(1_048_577, 0x61)
    bytes[1_048_576] = 0x0a
    const reader = opened({}, 1_048_576)
    for (let at = 0; at < bytes.length; at++) reader.read(bytes.subarray(at, at + 1))
    expect(reader.messages.map((message) => message.length)).to.deep.equal([2_097_152])
  })
})
