import { expect } from 'chai'
import { channels } from '@/core/index.js'
import { faultyPair } from '@/lab/relay/faultyPair.js'
import { type Dialect, dialectOf } from '@/lab/decoders/decoder.js'
import { Trace } from '@/lab/trace/trace.js'
import type { TraceRow } from '@/lab/trace/traceRow.js'
import { lcg32 } from '../../support/lcg32.js'
import { ManualClock } from '../../support/manualClock.js'
import { connectedPair, serverWithPeer } from '../../support/pair.js'
import { turns } from '../../support/turns.js'
import { Bare, Echo, Witness } from '../../support/witness.js'
import { Gate } from '../../support/gate.js'

/** `opener> HEX meaning` for what was said, the words of all else; without the times. */
const told = (rows: readonly TraceRow[]): string[] =>
  rows.flatMap((row) => {
    if (row.event === 'said') return [`${row.from}> ${row.hex} ${row.meaning}`]
    if (row.event === 'note') return [`${row.at}: ${row.words}`]
    if (row.event === 'close') return [`${row.at} over: ${row.code ?? row.words}`]
    return []
  })

const saidBy = (rows: readonly TraceRow[], from: string): string =>
  rows.flatMap((row) => (row.event === 'said' && row.from === from ? [row.hex] : [])).join('')

describe('a trace of connections in this process', () => {
  it('tells both ends of one as one conversation, each byte once, with when it left and when it came', async () => {
    using trace = new Trace()
    {
      await using ends = await connectedPair({ serves: Echo, connects: Bare })
      await ends.connected.transmit(Buffer.from('hello'))
      await ends.connected.receive()
      await ends.connected.close()
      await ends.served.over
      await turns(4)
    }
    const { rows } = trace
    expect(new Set(rows.map(({ conversation }) => conversation))).to.deep.equal(new Set([1]))
    expect(rows.filter(({ event }) => event === 'open')).to.have.lengthOf(1)
    expect(saidBy(rows, 'opener')).to.equal('ff0000000568656c6c6fff')
    expect(saidBy(rows, 'acceptor')).to.equal('ffff0000000568656c6c6f')
    for (const row of rows) {
      if (row.event !== 'said') continue
      expect(row.receivedMs, row.meaning).to.be.at.least(row.sentMs ?? Number.NaN)
    }
    expect(told(rows)).to.include('opener> 00000005 length 5')
    expect(
      told(rows)
        .filter((line) => line.includes('over'))
        .toSorted(),
    ).to.deep.equal(['acceptor over: in good order', 'opener over: in good order'])
  })

  it('tells what the other end says when only one end is here', async () => {
    using trace = new Trace()
    {
      await using ends = await serverWithPeer(Witness)
      await ends.peer.open()
      await ends.peer.send('00000002 6869').expect('ff')
      ends.peer.fin()
      await ends.server.first.over
      await turns(4)
    }
    expect(saidBy(trace.rows, 'opener')).to.equal('ff000000026869')
    expect(saidBy(trace.rows, 'acceptor')).to.equal('ffff')
    const [open] = trace.rows
    expect(open?.event === 'open' && [open.dialect, /^127\.0\.0\.1:\d+$/.test(open.opener ?? '')]).to.deep.equal([
      'handshake',
      true,
    ])
  })

  it('tells of partial writes, drains, withheld OKs, limits, timeouts, and the cause of the close', async () => {
    using trace = new Trace()
    const gate = new Gate()
    class Late extends Witness {
      protected override preLoop(): Promise<void> {
        return gate.pass()
      }
    }
    {
      const both = { maxFirstMessageBytes: 1, highWaterMarkBytes: 1_000 }
      const clock = new ManualClock()
      await using ends = await connectedPair({ serves: Late, connects: Bare, both, client: { clock } })
      const sent = ends.connected.transmit(Buffer.alloc(5_000))
      await gate.reached
      while (!told(trace.rows).some((line) => line.includes('withheld'))) await turns()
      gate.open()
      await sent
      const refused = ends.connected.transmit(Buffer.alloc(9_000_000)).catch(() => {})
      await refused
      await ends.served.over
      await turns(4)
    }
    const lines = told(trace.rows).join('\n')
    for (const words of [
      /^acceptor: OK to 5000 bytes withheld: preLoop is not done$/m,
      /^opener: partial write: \d+ of 5\d+ bytes were taken$/m,
      /^opener: drain: room again, \d+ bytes wait$/m,
      /^acceptor: MESSAGE_TOO_LARGE: 9000000 above 8388608$/m,
      /^acceptor over: MESSAGE_TOO_LARGE$/m,
      /^opener over: MESSAGE_REFUSED$/m,
    ]) {
      expect(lines).to.match(words)
    }
  })

  it('tells which time ran out', async () => {
    using trace = new Trace()
    const clock = new ManualClock()
    {
      await using ends = await serverWithPeer(Witness, { clock, openingTimeoutMs: 400 })
      await ends.peer.expect('ff')
      await clock.passUntil(ends.server.first.over, 100)
      await turns(4)
    }
    expect(told(trace.rows)).to.deep.equal([
      'acceptor> ff opening: yes',
      'acceptor: OPENING_TIMEOUT after 400 ms',
      'acceptor: the opening took longer than openingTimeoutMs (waitedMs: 400, limitMs: 400)',
      'acceptor over: OPENING_TIMEOUT',
    ])
  })

  it('tells when both ends speak at once', async () => {
    using trace = new Trace()
    {
      await using ends = await serverWithPeer(Witness)
      await ends.peer.open()
      while (ends.server.first.phase !== 'open') await turns()
      const sent = ends.server.first.transmit(Buffer.from('a'))
      await ends.peer.expect('00000001')
      await ends.peer.send('00000001 62 ff').expect('61 ff')
      await sent
    }
    expect(told(trace.rows)).to.include('acceptor: both ends spoke at once')
  })

  it('reads a framing along by its name, that of a dialect of yours too, and shows the bytes of others', async () => {
    const shouting = dialectOf('json', () => ({
      read: (bytes) => [
        { kind: 'bytes', bytes, endsField: true, endsFrame: false, meaning: bytes.toString().toUpperCase() },
      ],
      end: () => undefined,
    }))
    const meanings = async (framing: 'line' | 'json', dialects: readonly Dialect[] = []): Promise<string[]> => {
      using trace = new Trace({ dialects })
      const [opener, acceptor] = [new Bare({ framing }), new Bare({ framing })]
      const pair = faultyPair()
      const over = [opener.run(pair.opener, 'opener'), acceptor.run(pair.acceptor, 'acceptor')]
      await opener.transmit(Buffer.from('"a"'))
      await acceptor.receive()
      await Promise.all([opener.close(), acceptor.close(), ...over])
      // Streams without addresses cannot be told to be two ends of one; each is a conversation.
      expect(new Set(trace.rows.map(({ conversation }) => conversation)).size).to.equal(2)
      return told(trace.rows.filter(({ conversation }) => conversation === 1)).filter((line) => line.includes('>'))
    }
    expect(await meanings('line')).to.deep.equal(['opener> 2261220a line, 3 bytes; end of a line of 3 bytes'])
    expect(await meanings('json')).to.deep.equal(['opener> 2261220a string, 3 bytes'])
    expect(await meanings('json', [shouting])).to.deep.equal(['opener> 2261220a "A"\n'])
  })

  it('keeps no more than maxRows, and no more than 64 bytes of each', async () => {
    using trace = new Trace({ maxRows: 3 })
    {
      await using ends = await connectedPair({ serves: Witness, connects: Bare, both: { pipeline: true } })
      await ends.connected.transmit(Buffer.from(lcg32(1, 5_000)))
      await ends.served.arrived(1)
    }
    await turns(4)
    expect(trace.rows).to.have.lengthOf(3)
    expect(trace.lost).to.be.above(2)
    for (const row of trace.rows) if (row.event === 'said') expect(row.hex.length).to.be.at.most(128)
    expect(trace.ladder()).to.match(/\n {2}and \d+ more\n$/)
  })

  it('listens no more when it has ended, nor when who is told throws; the connections do not suffer', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    using broken = new Trace({
      listener: () => {
        throw new Error('full')
      },
    })
    using ended = new Trace()
    ended.end()
    {
      await using ends = await connectedPair({ serves: Echo, connects: Bare })
      await ends.connected.transmit(Buffer.from('a'))
      expect((await ends.connected.receive()).toString()).to.equal('a')
    }
    expect((await warned).message).to.equal('the trace ends: full')
    expect([broken.rows.length, ended.rows.length]).to.deep.equal([1, 0])
    for (const channel of Object.values(channels)) expect(channel.hasSubscribers, String(channel.name)).to.equal(false)
  })
})
