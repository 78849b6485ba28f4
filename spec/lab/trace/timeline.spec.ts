import { expect } from 'chai'
import { dialectNamed } from '@/lab/decoders/dialects.js'
import type { ProxyEvent } from '@/lab/proxy.js'
import { foundWhen } from '@/lab/trace/foundWhen.js'
import { proxyTap } from '@/lab/trace/proxyTap.js'
import { textOf } from '@/lab/trace/textOf.js'
import { Timeline } from '@/lab/trace/timeline.js'
import { TransportError } from '@/errors.js'
import { caught } from '../../support/caught.js'
import { hex } from '../../support/hex.js'

/** What happens at a proxy between two ends that shake hands, with a fault. */
const EVENTS: readonly ProxyEvent[] = [
  {
    conversation: 1,
    kind: 'opened',
    atMs: 100,
    legs: { opener: { far: '127.0.0.1:5', near: '127.0.0.1:6' }, acceptor: { near: '127.0.0.1:7', far: '[::1]:8' } },
  },
  { conversation: 1, kind: 'arrived', from: 'opener', what: 'bytes', atMs: 101, bytes: hex('ff') },
  { conversation: 1, kind: 'delivered', from: 'opener', what: 'bytes', atMs: 121.25, arrivedMs: 101, bytes: hex('ff') },
  {
    conversation: 1,
    kind: 'delivered',
    from: 'acceptor',
    what: 'bytes',
    atMs: 130,
    arrivedMs: 129.5,
    bytes: hex('ff 00000009 68656c6c6f 2121'),
  },
  { conversation: 1, kind: 'fault', from: 'opener', atMs: 131, fault: 'reset@1', did: 'resets the connection' },
  { conversation: 1, kind: 'delivered', from: 'acceptor', what: 'end', atMs: 132, arrivedMs: 132, bytes: hex('') },
  { conversation: 1, kind: 'delivered', from: 'opener', what: 'reset', atMs: 132, arrivedMs: 132, bytes: hex('') },
  { conversation: 1, kind: 'closed', atMs: 133 },
]

const timelineOf = (dialect: string, events: readonly ProxyEvent[]): Timeline => {
  const timeline = new Timeline()
  const observe = proxyTap(dialectNamed(dialect), (event) => timeline.add(event))
  for (const event of events) observe(event)
  return timeline
}

describe('a timeline of a proxy', () => {
  it('is drawn as a ladder with both times, bytes as hex and text, faults, ends and the close', () => {
    expect(timelineOf('handshake', EVENTS).ladder().split('\n')).to.deep.equal([
      '     opener                                        acceptor',
      '         ms                                               ms',
      '       0.00                    *                              127.0.0.1:5 to [::1]:8, handshake',
      '       1.00  ff ────────────────────────────────▶      21.25  opening: yes',
      '      30.00  ◀──────── ff 00 00 00 09 68 65 6c ..      29.50  opening: yes; length 9; payload, 7 of 9 bytes  "·····hello!!"',
      '      31.00                    *                              reset@1 resets the connection',
      '      32.00  ◀─────────────────────────────── FIN      32.00  the end of the stream; it ends inside a payload, after 7 of 9 bytes',
      '      32.00  RST ───────────────────────────────▶      32.00  reset',
      '      33.00                    *                              over: the connection was reset [CONNECTION_RESET]',
      '',
    ])
  })

  it('is written as JSON, one object a line', () => {
    const lines = timelineOf('raw', EVENTS).jsonLines().trimEnd().split('\n')
    expect(lines[0]).to.equal(
      '{"event":"open","conversation":1,"atMs":0,"opener":"127.0.0.1:5","acceptor":"[::1]:8","dialect":"raw"}',
    )
    expect(lines[1]).to.equal(
      '{"event":"said","conversation":1,"atMs":21.25,"from":"opener","what":"bytes","bytes":1,"hex":"ff","meaning":"","kinds":["bytes"],"stretches":[{"kind":"bytes","bytes":1,"meaning":""}],"sentMs":1,"receivedMs":21.25}',
    )
    expect(lines.at(-1)).to.equal(
      '{"event":"close","conversation":1,"atMs":33,"at":"between","code":"CONNECTION_RESET","words":"the connection was reset"}',
    )
  })

  it('tells every kind of bytes of a chunk, and its first twelve stretches one by one', () => {
    const bytes = hex(`ff ${'0000000161'.repeat(6)} ff`)
    const said = { conversation: 1, kind: 'delivered', from: 'opener', what: 'bytes', atMs: 5, arrivedMs: 5 } as const
    const [row] = timelineOf('handshake', [{ ...said, bytes }]).rows
    if (row?.event !== 'said') throw new Error('nothing was said')
    expect(row.kinds).to.deep.equal(['opening', 'length', 'payload', 'answer'])
    expect(row.stretches).to.have.lengthOf(12)
    expect(row.stretches.slice(0, 3)).to.deep.equal([
      { kind: 'opening', bytes: 1, meaning: 'opening: yes' },
      { kind: 'length', bytes: 4, meaning: 'length 1' },
      { kind: 'payload', bytes: 1, meaning: 'payload, 1 byte' },
    ])
    expect(row.meaning).to.match(/; and 2 more$/)
  })

  it('says how many bytes there are where nothing understands them', () => {
    expect(timelineOf('raw', EVENTS).ladder())
      .to.match(/ 1 byte\n/)
      .and.to.match(/ 12 bytes {2}"·····hello!!"\n/)
  })

  it('numbers its rows when there is more than one conversation, and reads each along by itself', () => {
    const second = EVENTS.map((event) => ({ ...event, conversation: 2 }))
    const mixed = EVENTS.flatMap((event, at) => [event, second[at] ?? event])
    const lines = timelineOf('handshake', mixed).ladder().split('\n')
    expect(lines.filter((line) => line.endsWith('opening: yes')).map((line) => line.slice(0, 5))).to.deep.equal([
      '  #1 ',
      '  #2 ',
    ])
  })

  it('says why a target was not reached', () => {
    const error = new TransportError('CONNECT_REFUSED', { address: '127.0.0.1:1' })
    const ladder = timelineOf('raw', [{ conversation: 1, kind: 'failed', atMs: 5, error }]).ladder()
    expect(ladder).to.include('over: nobody listens at that address (address: 127.0.0.1:1) [CONNECT_REFUSED]')
  })

  it('refuses a maxRows that bounds nothing', () => {
    expect(caught(() => new Timeline({ maxRows: 0 })).code).to.equal('OPTION_INVALID')
  })
})

describe('foundWhen', () => {
  it('finds each place in the first read that reaches it, and none beyond the last', () => {
    const when = foundWhen([
      { atMs: 5, bytes: 3 },
      { atMs: 7, bytes: 1 },
      { atMs: 9, bytes: 4 },
    ])
    expect([1, 3, 4, 5, 8, 9].map(when)).to.deep.equal([5, 5, 7, 9, 9, undefined])
  })
})

describe('textOf', () => {
  for (const [digits, text] of [
    ['', ''],
    ['00ff0a', ''],
    ['0068690a', '  "·hi·"'],
    ['61'.repeat(25), `  "${'a'.repeat(24)}" ..`],
    ['1b5b33316d', '  "·[31m"'],
  ] as const) {
    it(`shows ${digits === '' ? 'nothing' : digits} as ${JSON.stringify(text)}`, () => {
      expect(textOf(hex(digits))).to.equal(text)
    })
  }
})
