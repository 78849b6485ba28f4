import { expect } from 'chai'
import * as fc from 'fast-check'
import { json, JsonFraming, type JsonOptions } from '@/framings/json.js'
import { itKeepsTheFramingContract } from '../contracts/framing.js'
import { caught } from '../support/caught.js'
import { chunkings, cutInto } from '../support/chunkings.js'
import { hex } from '../support/hex.js'
import { MessageReader } from '../support/messageReader.js'
import { Recorder } from '../support/recorder.js'

const opened = (options: JsonOptions = {}, maxMessageBytes = 65_536): MessageReader =>
  new MessageReader(new JsonFraming({ writer: new Recorder(), maxMessageBytes }, options)).drain()

const values = (reader: MessageReader): string[] => reader.messages.map((message) => hex(message).toString())

const split = (text: string, options: JsonOptions = {}): string[] => {
  const reader = opened(options).read(Buffer.from(text))
  reader.framing.end()
  return values(reader.drain())
}

describe('JsonFraming', () => {
  itKeepsTheFramingContract({
    create: (writer, maxMessageBytes) => new JsonFraming({ writer, maxMessageBytes }),
    opening: '',
    frames: [
      ['7b7d', '7b7d 0a'], // {}
      ['5b5d', '5b5d 0a'], // []
      ['2222', '2222 0a'], // ""
      ['225c22 5c5c22', '225c225c5c22 0a'], // "\"\\"
      ['7b2261223a5b312c227d225d7d', '7b2261223a5b312c227d225d7d 0a'], // {"a":[1,"}"]}
      ['74727565', '74727565 0a'], // true
      ['2d312e35652b32', '2d312e35652b32 0a'], // -1.5e+2
      ['5b5b5d2c7b7d5d', '5b5b5d2c7b7d5d 0a'], // [[],{}]
    ],
    // Before the newlines, which nothing but a number needs, and inside the number where it is whole: at -1, -1.5 and the end.
    mayBreakOffAt: [2, 5, 8, 15, 29, 34, 37, 39, 42, 50],
    anyMessage: fc.json().map((text) => Buffer.from(text)),
    three: '226122 0a',
    four: '22616222 0a',
  })

  describe('without newlines', () => {
    itKeepsTheFramingContract({
      create: (writer, maxMessageBytes) => new JsonFraming({ writer, maxMessageBytes }, { newline: false }),
      opening: '',
      frames: [
        ['7b7d', '7b7d'], // {}
        ['5b315d', '5b315d'], // [1]
        ['2222', '2222'], // ""
        ['6e756c6c', '6e756c6c'], // null
      ],
      alsoRead: [['7b7d', '0a 7b7d 0a']],
      anyMessage: fc.json().map((text) => Buffer.from(`[${text}]`)),
      three: '226122',
      four: '22616222',
    })

    it('a number alone cannot be sent, since nothing would end it', () => {
      const framing = json({ newline: false })({
        role: 'opener',
        writer: new Recorder(),
        maxMessageBytes: 8,
        windowBytes: 0,
      })
      expect(framing.objection(2, Buffer.from('12'))).to.have.property('problem', 'nothing would end the number')
      expect(framing.objection(4, Buffer.from('[12]'))).to.equal(undefined)
    })
  })

  describe('where values end', () => {
    const SPLITS: readonly (readonly [stream: string, messages: readonly string[]])[] = [
      ['{}{}', ['{}', '{}']],
      ['{}[]"a"true', ['{}', '[]', '"a"', 'true']],
      ['[1][2]', ['[1]', '[2]']],
      ['1 2', ['1', '2']],
      ['1\t\n\r 2\n', ['1', '2']],
      ['1"a"2[]3{}4', ['1', '"a"', '2', '[]', '3', '{}', '4']],
      ['truefalsenull', ['true', 'false', 'null']],
      ['true1', ['true', '1']],
      ['1true', ['1', 'true']],
      ['1-2', ['1', '-2']],
      ['0.50', ['0.50']],
      ['01', ['0', '1']],
      ['-0', ['-0']],
      ['10E+20', ['10E+20']],
      ['0e-1', ['0e-1']],
      ['12.5', ['12.5']],
      ['  ', []],
      ['', []],
      [' {"a" : 1 } ', ['{"a" : 1 }']],
      ['"\\\\""\\""', ['"\\\\"', '"\\""']],
      ['"}]"', ['"}]"']],
      ['{"\\"}":"{"}', ['{"\\"}":"{"}']],
      ['["é\u{1f600}"]', ['["é\u{1f600}"]']],
    ]
    for (const [stream, messages] of SPLITS) {
      it(`splits ${JSON.stringify(stream)} into ${messages.length}`, () => {
        for (const [how, chunks] of chunkings(Buffer.from(stream))) {
          const reader = opened().read(...chunks)
          reader.framing.end()
          expect(values(reader.drain()), how).to.deep.equal(messages)
        }
      })
    }

    it('delivers words at their last letter, and a number only when another byte or the end follows', () => {
      const reader = opened().read(Buffer.from('null12'))
      expect(values(reader)).to.deep.equal(['null'])
      expect(reader.framing.reading).to.equal('inside')
      expect(values(reader.read(Buffer.from(' ')))).to.deep.equal(['null', '12'])
      expect(reader.framing.reading).to.equal('between')
    })

    it('finds the end of strings longer than it looks at by hand, whatever backslashes stand where', () => {
      const body = fc.array(fc.constantFrom('\\\\', '\\"', 'x', '{', 'y'.repeat(30)), { maxLength: 40 })
      fc.assert(
        fc.property(fc.array(body, { maxLength: 4 }), fc.array(fc.nat({ max: 50 })), (bodies, sizes) => {
          const strings = bodies.map((parts) => `"${parts.join('')}"`)
          const reader = opened().read(...cutInto(Buffer.from(strings.join('')), sizes))
          expect(values(reader)).to.deep.equal(strings)
        }),
      )
    })

    it('knows whether a chunk behind a long string begins with an escaped byte', () => {
      const long = 'x'.repeat(100)
      for (const chunks of [
        [`"${long}\\`, '""'],
        [`"${long}\\\\`, '"'],
        [`"${long}\\`, '\\"'],
      ]) {
        expect(values(opened().read(...chunks.map((chunk) => Buffer.from(chunk))))).to.deep.equal([chunks.join('')])
      }
    })

    it('splits whatever JSON.stringify makes, with or without space between', () => {
      const list = fc.array(fc.tuple(fc.json({ maxDepth: 4 }), fc.constantFrom(' ', '\n', '\t\r\n')), { maxLength: 5 })
      fc.assert(
        fc.property(list, fc.array(fc.nat({ max: 20 })), (parts, sizes) => {
          const bytes = Buffer.from(parts.map(([text, space]) => text + space).join(''))
          expect(values(opened().read(...cutInto(bytes, sizes)))).to.deep.equal(parts.map(([text]) => text))
        }),
      )
    })

    it('delivers a value that lies inside one chunk as a view of it', () => {
      const framing = opened().framing
      const chunk = Buffer.from(' {"a":1} ')
      framing.push(chunk)
      const step = framing.next()
      expect(step?.do === 'deliver' && step.message.buffer === chunk.buffer).to.equal(true)
    })
  })

  describe('what is not JSON', () => {
    const WRONG: readonly (readonly [stream: string, offset: number, problem: string])[] = [
      [',', 0, 'no JSON value begins like this'],
      ['{} x', 3, 'no JSON value begins like this'],
      [']', 0, 'no JSON value begins like this'],
      ["{'a':1}'", 7, 'no JSON value begins like this'],
      ['+1', 0, 'no JSON value begins like this'],
      ['[1}', 2, 'the brackets do not match'],
      ['{"a":[}', 6, 'the brackets do not match'],
      ['{]', 1, 'the brackets do not match'],
      ['nul ', 3, 'this is not null'],
      ['tRue', 1, 'this is not true'],
      ['fals}', 4, 'this is not false'],
      ['-x', 1, 'the number breaks off'],
      ['1.x', 2, 'the number breaks off'],
      ['1e+ ', 3, 'the number breaks off'],
      ['2.5e,', 4, 'the number breaks off'],
      ['[[[1]]]', 2, 'more than 2 brackets are open'],
    ]
    for (const [stream, offset, problem] of WRONG) {
      it(`is malformed at byte ${offset} of ${stream}, because ${problem}, whatever the chunks`, () => {
        for (const [how, chunks] of chunkings(Buffer.from(stream))) {
          const error = caught(() => opened({ maxDepth: 2 }).read(...chunks))
          expect(error.code, how).to.equal('FRAME_MALFORMED')
          expect(error.detail, how).to.include({ offset, problem })
        }
      })
    }

    it('is named when it is known', () => {
      expect(caught(() => split('GET / HTTP/1.1\r\n')).detail).to.include({
        looksLike: 'an HTTP request ("GET ")',
        byte: '47',
      })
      expect(caught(() => opened().read(hex('16030100'))).detail).to.include({ looksLike: 'a TLS hello' })
    })

    it('is cut off when the stream ends in a value that is not whole', () => {
      for (const stream of ['{', '["a"', '"a', '"a\\"', 'tru', '-', '1.', '1e', '1e+']) {
        expect(
          caught(() => split(stream)),
          stream,
        ).to.deep.include({
          code: 'FRAME_TRUNCATED',
          detail: { have: stream.length },
        })
      }
    })

    it('passes unseen where it does not matter for the splitting', () => {
      expect(split('{"a" b,,}[01x]')).to.deep.equal(['{"a" b,,}', '[01x]'])
    })
  })

  describe('the limits', () => {
    it('refuse a value at the first byte that is too much, whatever the chunks', () => {
      for (const stream of ['{"a":1}', '12345678 ', '"abcdefgh', '[[[[[[[[}']) {
        for (const [how, chunks] of chunkings(Buffer.from(stream))) {
          const error = caught(() => opened({}, 6).read(...chunks))
          expect(error, `${stream} ${how}`).to.deep.include({
            code: 'MESSAGE_TOO_LARGE',
            detail: { size: 7, limit: 6 },
          })
        }
      }
    })

    it('do not count the space around a value', () => {
      expect(values(opened({}, 2).read(Buffer.from('      {}      12      ')))).to.deep.equal(['{}', '12'])
    })

    it('let 64 brackets be open, and no more, unless told otherwise', () => {
      const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
      expect(split(nested(64))).to.deep.equal([nested(64)])
      expect(caught(() => split(nested(65))).detail).to.include({ offset: 64 })
      expect(split(nested(1000), { maxDepth: 1000 })).to.have.lengthOf(1)
    })

    for (const maxDepth of [0, 10_001, 1.5]) {
      it(`refuse a maxDepth of ${maxDepth} before there is a connection`, () => {
        expect(caught(() => json({ maxDepth }))).to.have.property('code', 'OPTION_INVALID')
      })
    }
  })

  describe('objections', () => {
    const objection = (text: string): unknown => {
      const bytes = Buffer.from(text)
      return opened({ maxDepth: 2 }).framing.objection(bytes.length, bytes)
    }

    for (const text of ['{}', '[[1]]', '"a"', '12', '-1.5', 'true', 'null']) {
      it(`has none to ${text}`, () => {
        expect(objection(text)).to.equal(undefined)
      })
    }

    for (const text of [
      '',
      ' ',
      ' {}',
      '{} ',
      '{}{}',
      '1 2',
      '12,',
      '-',
      '1.',
      'tru',
      '{',
      '"a',
      '[}',
      '[[[]]]',
      'hello',
      "'a'",
    ]) {
      it(`has one to ${JSON.stringify(text)}`, () => {
        expect(objection(text)).to.have.property('problem')
      })
    }

    it('has one to a streamed message', () => {
      expect(opened().framing.objection(2, undefined)).to.have.property('problem')
    })

    it('are about one message and not about the one before', () => {
      const framing = opened().framing
      expect(framing.objection(2, Buffer.from('[}'))).to.include({ offset: 1 })
      expect(framing.objection(1, Buffer.from('['))).to.not.equal(undefined)
      expect(framing.objection(2, Buffer.from('{}'))).to.equal(undefined)
      expect(framing.objection(2, Buffer.from('"\\'))).to.not.equal(undefined)
      expect(framing.objection(2, Buffer.from('""'))).to.equal(undefined)
    })
  })

  it('is made for each connection by its factory', () => {
    const framing = json({ maxDepth: 1 })({
      role: 'opener',
      writer: new Recorder(),
      maxMessageBytes: 8,
      windowBytes: 0,
    })
    expect(framing).to.include({ name: 'json', announces: false, answered: false, pipelined: true })
    expect(caught(() => new MessageReader(framing).read(Buffer.from('[[')))).to.have.property('code', 'FRAME_MALFORMED')
    expect(json()({ role: 'opener', writer: new Recorder(), maxMessageBytes: 8, windowBytes: 0 }).name).to.equal('json')
  })

  it('reads a string of 1 MiB that comes byte by byte without going over it again', function () {
    this.timeout(20_000)
    const bytes = Buffer.alloc(1_048_576, 0x61)
    bytes[0] = bytes[1_048_575] = 0x22
    const reader = opened({}, 1_048_576)
    for (let at = 0; at < bytes.length; at++) reader.read(bytes.subarray(at, at + 1))
    expect(reader.messages.map((message) => message.length)).to.deep.equal([2_097_152])
  })
})
