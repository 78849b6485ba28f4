import { expect } from 'chai'
import * as fc from 'fast-check'
import { Capture } from '@/lab/capture/capture.js'
import { pcapngPacket, pcapngStart } from '@/lab/capture/pcapng.js'
import { ipPacket, TCP } from '@/lab/capture/tcpSegment.js'
import { parseRecording, readRecording } from '@/lab/replay/readRecording.js'
import type { RecordedConversation } from '@/lab/replay/recording.js'
import { type TraceEvent } from '@/lab/trace/traceEvent.js'
import { traceRow } from '@/lab/trace/traceRow.js'
import { TransportError } from '@/errors.js'
import { caught } from '../../support/caught.js'
import { hex, toHex } from '../../support/hex.js'
import { Pieces } from '../../support/pieces.js'
import { rejection } from '../../support/rejection.js'

/** `FROM HEX` or `FROM end` for each step. */
const stepsOf = ({ steps }: RecordedConversation): string[] =>
  steps.map(({ from, what, bytes }) => `${from} ${what === 'bytes' ? toHex(bytes) : what}`)

const NOTHING = Buffer.alloc(0)
const ENDS = { opener: { host: '10.0.0.1', port: 5_000 }, acceptor: { host: '10.0.0.2', port: 80 } } as const

/** A capture of packets that are made by hand: who, sequence number, flags, bytes. */
type Crafted = readonly [from: keyof typeof ENDS, sequence: number, flags: number, digits?: string]

const crafted = (packets: readonly Crafted[], before: Buffer = NOTHING): Buffer =>
  Buffer.concat([
    pcapngStart('spec'),
    ...packets.map(([from, sequence, flags, digits = '']) => {
      const to = from === 'opener' ? ENDS.acceptor : ENDS.opener
      const segment = { from: ENDS[from], to, sequence, acknowledged: 0, flags, window: 1, options: NOTHING }
      return pcapngPacket(0n, Buffer.concat([before, ipPacket({ ...segment, payload: hex(digits) })]), '')
    }),
  ])

const problem = (file: Buffer, limits = {}): unknown => {
  const { code, detail } = caught(() => parseRecording(file, limits))
  expect(code).to.equal('RECORDING_MALFORMED')
  return detail['problem']
}

describe('a recording out of a capture', () => {
  it('has what a capture of ours was given: conversations, addresses, times, bytes and ends', () => {
    const pieces = new Pieces()
    const capture = new Capture(pieces.write, { epochMs: 1_700_000_000_000 })
    const at = performance.now()
    const one = capture.flow({ opener: '127.0.0.1:5000', acceptor: '127.0.0.1:80' }, at, 'one')
    const two = capture.flow({ opener: '[fe80::1]:5000', acceptor: '[::1]:80' }, at, 'two')
    one.say('opener', at + 10, hex('ff 00000001 61'), '')
    two.say('acceptor', at + 11, hex('02'), '')
    one.remark('acceptor', at + 12, 'something')
    one.say('acceptor', at + 20, Buffer.alloc(150_000, 7), '')
    one.end('opener', at + 30, '')
    one.end('acceptor', at + 31, '')
    two.reset('opener', at + 40, '')
    const [first, second, ...others] = parseRecording(pieces.bytes)
    expect(others).to.deep.equal([])
    expect(first).to.include({ number: 1, opener: '127.0.0.1:5000', acceptor: '127.0.0.1:80' })
    expect(second).to.include({ number: 2, opener: '[fe80::1]:5000', acceptor: '[::1]:80' })
    const big = first?.steps.filter(({ from, what }) => from === 'acceptor' && what === 'bytes') ?? []
    expect(Buffer.concat(big.map(({ bytes }) => bytes)).equals(Buffer.alloc(150_000, 7))).to.equal(true)
    expect(first === undefined ? [] : [stepsOf(first)[0], ...stepsOf(first).slice(-2)]).to.deep.equal([
      ...['opener ff0000000161', 'opener end', 'acceptor end'],
    ])
    expect(first?.steps.map(({ atMs }) => Math.round(atMs))).to.deep.equal([10, 20, 20, 20, 30, 31])
    expect(second === undefined ? [] : stepsOf(second)).to.deep.equal(['acceptor 02', 'opener reset'])
  })

  it('has each byte once and in its place, though packets came twice, overlapping or early, over the end of numbers', () => {
    const near = 2 ** 32 - 4
    const [conversation] = parseRecording(
      crafted([
        ['opener', near - 1, TCP.syn],
        ['opener', near - 1, TCP.syn],
        ['acceptor', 9, TCP.syn | TCP.ack],
        ['opener', near, TCP.ack, '0102'],
        ['opener', near, TCP.ack, '0102'],
        ['opener', near + 4 - 2 ** 32, TCP.ack, '0506'],
        ['opener', near + 6 - 2 ** 32, TCP.ack | TCP.fin, '07'],
        ['opener', near + 1, TCP.ack, '020304'],
        ['acceptor', 9, TCP.ack],
        ['acceptor', 10, TCP.ack | TCP.fin],
        ['acceptor', 10, TCP.ack | TCP.fin],
        ['opener', near, TCP.ack, '09'],
      ]),
    )
    expect(conversation === undefined ? [] : stepsOf(conversation)).to.deep.equal([
      ...['opener 0102', 'opener 0304', 'opener 0506', 'opener 07', 'opener end', 'acceptor end'],
    ])
  })

  it('takes who is heard first for the opener where the beginning is missing, and knows a new connection of old ports', () => {
    const late = parseRecording(
      crafted([
        ['acceptor', 100, TCP.ack, '01'],
        ['opener', 7, TCP.ack, '02'],
      ]),
    )
    expect(late.map(({ opener }) => opener)).to.deep.equal(['10.0.0.2:80'])
    const answered = parseRecording(
      crafted([
        ['acceptor', 100, TCP.syn | TCP.ack],
        ['opener', 7, TCP.ack, '02'],
      ]),
    )
    expect(answered.map(({ opener }) => opener)).to.deep.equal(['10.0.0.1:5000'])
    const again = parseRecording(
      crafted([
        ['opener', 7, TCP.syn],
        ['opener', 8, TCP.ack, '01'],
        ['acceptor', 1, TCP.rst],
        ['opener', 8, TCP.ack, '03'],
        ['opener', 500, TCP.syn],
        ['opener', 501, TCP.ack, '02'],
      ]),
    )
    expect(again.map(stepsOf)).to.deep.equal([['opener 01', 'acceptor reset'], ['opener 02']])
  })

  it('refuses a capture with missing bytes, and one that is cut off, or of which packets are', () => {
    expect(
      problem(
        crafted([
          ['opener', 7, TCP.syn],
          ['opener', 9, TCP.ack, '01'],
        ]),
      ),
    ).to.equal('bytes of a connection are missing')
    const whole = crafted([['opener', 7, TCP.ack, '01020304']])
    for (const size of [1, 20, 60])
      expect(problem(whole.subarray(0, whole.length - size))).to.equal('a block is cut off')
    const short = Buffer.from(whole)
    const at = pcapngStart('spec').length
    short.writeUInt32LE(short.readUInt32LE(at + 24) + 1, at + 24)
    expect(problem(short)).to.equal('not all of a packet was captured')
  })

  it('reads Ethernet, any interface of Linux, and BSD loopback, in both byte orders', () => {
    for (const [linkType, head] of [
      [1, '000000000000 000000000000 0800'],
      [113, '0000 0304 0006 000000000000 0000 0800'],
      [276, '0800 0000 00000001 0304 00 06 0000000000000000'],
      [0, '02000000'],
    ] as const) {
      const file = crafted([['opener', 7, TCP.ack, '0102']], hex(head))
      file.writeUInt16LE(linkType, file.readUInt32LE(4) + 8)
      expect(parseRecording(file).map(stepsOf), String(linkType)).to.deep.equal([['opener 0102']])
    }
    const big = hex(
      '0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c' +
        '00000001 00000014 0065 0000 00000000 00000014' +
        '00000006 0000004c 00000000 00000000 00000001 0000002a 0000002a' +
        '4500002a 00000000 40060000 0a000001 0a000002' +
        '13880050 00000007 00000000 50100001 00000000 0102 0000' +
        '0000004c',
    )
    expect(parseRecording(big).map(stepsOf)).to.deep.equal([['opener 0102']])
  })

  it('passes over what is no TCP: other links, protocols, fragments, heads that lie', () => {
    const file = crafted([['opener', 7, TCP.ack, '0102']])
    const at = file.length - 4 - 44 // the IP header
    for (const [place, byte] of [
      [0, 0x41],
      [0, 0x55],
      [6, 0x20],
      [9, 17],
      [3, 0xff],
      [32, 0x10],
      [32, 0xf0],
    ] as const) {
      const other = Buffer.from(file)
      other[at + place] = byte
      expect(parseRecording(other), `${place} ${byte}`).to.deep.equal([])
    }
  })

  it('throws nothing but RECORDING_MALFORMED, whatever the file is', () => {
    const whole = crafted([
      ['opener', 7, TCP.syn],
      ['opener', 8, TCP.ack, '0102'],
      ['acceptor', 9, TCP.ack | TCP.fin, '03'],
    ])
    const changes = fc.array(fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 })), { maxLength: 4 })
    fc.assert(
      fc.property(changes, fc.nat({ max: whole.length }), fc.uint8Array({ maxLength: 60 }), (changed, size, more) => {
        const file = Buffer.from(whole)
        for (const [at, byte] of changed) file[at] = byte
        for (const bytes of [file, Buffer.concat([file.subarray(0, size), more])]) {
          try {
            parseRecording(bytes)
          } catch (error) {
            if (!(error instanceof TransportError) || error.code !== 'RECORDING_MALFORMED') throw error
          }
        }
      }),
      { numRuns: 400 },
    )
  })
})

describe('a recording out of rows', () => {
  const said = (from: 'opener' | 'acceptor', digits: string, what: 'bytes' | 'end' = 'bytes'): TraceEvent => ({
    kind: 'said',
    conversation: 4,
    atMs: 5,
    from,
    what,
    bytes: hex(digits),
    stretches: [],
    meaning: '',
  })
  const lines = (events: readonly TraceEvent[], wholeBytes = true): Buffer =>
    Buffer.from(events.map((event) => `${JSON.stringify(traceRow(event, 0, wholeBytes))}\n`).join(''))
  const opened: TraceEvent = { kind: 'open', conversation: 4, atMs: 0, dialect: 'lonely', opener: '127.0.0.1:1' }

  it('has what was said, and how it was read along', () => {
    const file = Buffer.concat([
      Buffer.from('{"event":"listening","port":1}\n\n'),
      lines([opened, said('opener', 'ab'.repeat(200)), said('acceptor', ''), said('opener', '', 'end')]),
    ])
    const [conversation, ...others] = parseRecording(file)
    expect(others).to.deep.equal([])
    expect(conversation).to.include({ number: 1, dialect: 'lonely', opener: '127.0.0.1:1' })
    expect(conversation === undefined ? [] : stepsOf(conversation)).to.deep.equal([
      ...[`opener ${'ab'.repeat(200)}`, 'acceptor ', 'opener end'],
    ])
  })

  it('refuses rows without all their bytes, and says how to get them; and what are no rows', () => {
    expect(problem(lines([opened, said('opener', 'ab'.repeat(65))], false))).to.equal(
      'not all bytes are there; record with --bytes',
    )
    expect(problem(Buffer.from('{"event":"said"}'))).to.match(/^conversation is no whole number/)
    expect(problem(Buffer.from('GET / HTTP/1.1\r\n'))).to.equal('it is no JSON')
    const { detail } = caught(() => parseRecording(Buffer.from('{}\n{}\n[')))
    expect(detail['line']).to.equal(3)
  })

  it('keeps its limits', () => {
    const two = lines([opened, said('opener', '01'), said('opener', '02'), { ...opened, conversation: 5 }])
    expect(problem(two, { maxSteps: 1 })).to.equal('it has more than maxSteps')
    expect(problem(two, { maxConversations: 1 })).to.equal('it has more than maxConversations')
    expect(problem(Buffer.alloc(2_000), { maxRecordingBytes: 1_024 })).to.equal('it is larger than maxRecordingBytes')
    expect(caught(() => parseRecording(two, { maxSteps: 0 })).code).to.equal('OPTION_INVALID')
  })

  it('of a file that never ends stops at the limit, and one that there is not is an error of its own', async () => {
    const endless = await rejection(readRecording('/dev/zero', { maxRecordingBytes: 100_000 }))
    expect(endless).to.include({ code: 'RECORDING_MALFORMED' })
    expect(await rejection(readRecording('nowhere/at/all'))).to.include({ code: 'FILE_FAILED' })
  })
})
