import { createServer } from 'node:net'
import { expect } from 'chai'
import { Capture } from '@/lab/capture/capture.js'
import { captureProxy } from '@/lab/capture/captureProxy.js'
import { captureTrace } from '@/lab/capture/captureTrace.js'
import { dialectNamed } from '@/lab/decoders/dialects.js'
import { Proxy } from '@/lab/proxy.js'
import { memoryPair } from '@/lab/relay/memoryPair.js'
import { differenceWords } from '@/lab/replay/difference.js'
import { parseRecording } from '@/lab/replay/readRecording.js'
import type { RecordedConversation, RecordedStep } from '@/lab/replay/recording.js'
import { replayAt, replayOn, replayTo } from '@/lab/replay/replay.js'
import type { ReplayReport } from '@/lab/replay/replayOptions.js'
import { Trace } from '@/lab/trace/trace.js'
import { hex, toHex } from '../../support/hex.js'
import { lcg32 } from '../../support/lcg32.js'
import { ManualClock } from '../../support/manualClock.js'
import { connectedPair, PlainClient, PlainServer, portOfServer } from '../../support/pair.js'
import { Pieces } from '../../support/pieces.js'
import { portOf } from '../../support/portOf.js'
import { RawListener, RawPeer } from '../../support/rawPeer.js'
import { recordingsOf, bytesOf } from '../../support/replay.js'
import { rejection } from '../../support/rejection.js'
import { turns } from '../../support/turns.js'
import { Bare, Echo } from '../../support/witness.js'

/** `opener HEX`, `acceptor end` and so on, a second apart, as a conversation. */
const scripted = (...lines: readonly string[]): RecordedConversation => ({
  number: 1,
  steps: lines.map((line, at): RecordedStep => {
    const [from = '', ...rest] = line.split(' ')
    const what = rest.join('')
    const role = from === 'opener' ? 'opener' : 'acceptor'
    const isEnd = what === 'end' || what === 'reset'
    return { atMs: 1_000 * at, from: role, what: isEnd ? what : 'bytes', bytes: isEnd ? Buffer.alloc(0) : hex(what) }
  }),
})

const words = ({ differences }: ReplayReport): string[] => differences.map(differenceWords)

/** Plays the opener against a peer that knows no protocol. */
const against = async (
  recorded: RecordedConversation,
  answer: (peer: RawPeer, clock: ManualClock) => Promise<unknown>,
  options: Parameters<typeof replayTo>[2] = {},
): Promise<ReplayReport> => {
  const clock = new ManualClock()
  await using listener = await RawListener.open()
  const played = replayTo(listener.port, recorded, { clock, ...options })
  const peer = await listener.next()
  await answer(peer, clock)
  return await clock.passUntil(played)
}

describe('replay', () => {
  const HELLO = scripted(
    'acceptor ff',
    'opener ff 00000002',
    'acceptor ff',
    'opener 6869',
    'acceptor 00000001',
    'opener ff',
  )

  it('says what is recorded of one end, each after what came before it, and finds nothing in the same answers', async () => {
    const report = await against(HELLO, async (peer) => {
      await peer.send('ff').expect('ff00000002')
      await peer.send('ff').expect('6869')
      await peer.send('0000').send('0001').expect('ff')
      peer.fin()
    })
    expect(report).to.deep.include({ conversation: 1, sentBytes: 8, receivedBytes: 6, differences: [], same: true })
  })

  it('shows other bytes, at which offset, and what they mean', async () => {
    const report = await against(
      HELLO,
      async (peer) => {
        await peer.send('fe').expect('ff00000002')
        await peer.send('fd').expect('6869')
        await peer.send('00000003').expect('ff')
      },
      { dialect: 'handshake' },
    )
    expect(words(report)).to.deep.equal([
      'at byte 0, 6 bytes: recorded ffff00000001 (opening: yes); came fefd00000003 (opening: no, it is full)',
    ])
    expect(report.same).to.equal(false)
  })

  it('makes one difference of what lies near each other, and counts those beyond maxDifferences', async () => {
    const recorded = scripted(`acceptor ${'00'.repeat(64)}`)
    const answer = `01 ${'00'.repeat(5)} 01 ${'00'.repeat(20)} 02 ${'00'.repeat(20)} 03 ${'00'.repeat(15)}`
    const report = await against(recorded, (peer) => Promise.resolve(peer.send(answer).fin()), { maxDifferences: 2 })
    expect(words(report)).to.deep.equal([
      'at byte 0, 7 bytes: recorded 00000000000000; came 01000000000001',
      'at byte 27, 1 byte: recorded 00; came 02',
    ])
    expect(report.moreDifferences).to.equal(1)
  })

  it('shows what is missing when the other end ends, resets, or falls silent', async () => {
    const recorded = scripted('acceptor ff 00000004 6162', 'acceptor 6364', 'opener ff')
    const answers = [
      ['it ended', (peer: RawPeer) => peer.send('ff 00000004 6162').fin()],
      ['nothing more came', (peer: RawPeer) => peer.send('ff 00000004 6162')],
    ] as const
    for (const [why, answer] of answers) {
      const report = await against(recorded, (peer) => Promise.resolve(answer(peer)), { dialect: 'handshake' })
      expect(words(report), why).to.deep.equal([`at byte 7 ${why}: 6364 (payload, 4 of 4 bytes) missing, 2 bytes`])
    }
    const broken = await against(recorded, async (peer) => {
      peer.send('ff 00000004 6162')
      await turns(4)
      peer.rst()
    })
    expect(words(broken)).to.deep.equal(['at byte 7 it was reset: 6364 missing, 2 bytes'])
  })

  it('shows what was said beyond the recording, and cuts off an end that does not stop', async () => {
    const recorded = scripted('acceptor 01', 'acceptor end', 'opener end')
    const report = await against(recorded, (peer) => Promise.resolve(peer.send('01 020304').fin()))
    expect(words(report)).to.deep.equal(['behind byte 1, the last, came 3 bytes more: 020304'])
    const flood = await against(recorded, async (peer) => {
      const { socket } = peer
      for (let time = 0; time < 2_000 && !socket.destroyed; time++) {
        socket.write(Buffer.alloc(32_768))
        await turns()
      }
    })
    const [difference] = flood.differences
    expect(difference?.kind).to.equal('bytes')
    expect(flood.receivedBytes).to.be.below(10 * 1_048_576)
  })

  it('shows another ending than the recorded one', async () => {
    const ends = scripted('acceptor 01', 'opener end', 'acceptor end')
    const open = await against(ends, (peer) => Promise.resolve(peer.send('01')))
    expect(words(open)).to.deep.equal(['behind byte 1: recorded is the end, what came is no end'])
    const reset = await against(ends, async (peer) => {
      peer.send('01')
      await peer.ended
      peer.rst()
    })
    expect(words(reset)).to.deep.equal(['behind byte 1: recorded is the end, what came is a reset'])
    const same = await against(scripted('acceptor 01', 'acceptor reset'), async (peer) => {
      peer.send('01')
      await turns(4)
      peer.rst()
    })
    expect(words(same)).to.deep.equal([])
  })

  it('shows a reset where the end is recorded, though it comes before this end could end its own stream', async () => {
    const recorded = scripted('acceptor 01', 'opener 02', 'opener end', 'acceptor end')
    const report = await against(
      recorded,
      async (peer, clock) => {
        const said = peer.send('01').expect('02')
        await clock.passUntil(said, 10)
        peer.rst()
        await peer.closed
        await turns(4)
      },
      { pace: 'recorded' },
    )
    expect(words(report)).to.deep.equal(['behind byte 1: recorded is the end, what came is a reset'])
  })

  it('is not kept waiting by bytes that are not recorded', async () => {
    const recorded = scripted('acceptor 01', 'opener end', 'acceptor end')
    const report = await against(recorded, async (peer, clock) => {
      await peer.send('01').ended
      for (let second = 0; second < 20 && !peer.socket.destroyed; second++) {
        peer.send('ff')
        await turns(4)
        clock.advance(1_000)
        await turns(4)
      }
      expect(clock.now()).to.be.below(15_000)
    })
    expect(words(report)[0]).to.match(/^behind byte 1, the last, came \d bytes more: ff/)
  })

  it('waits for the end of the other end before bytes that were said behind it, and ends as recorded', async () => {
    const report = await against(scripted('opener 01', 'acceptor end', 'opener 02', 'opener end'), async (peer) => {
      await peer.expect('01')
      expect(peer.unread).to.equal('')
      peer.fin()
      await peer.expect('02')
      await peer.ended
    })
    expect(words(report)).to.deep.equal([])
  })

  it('breaks the connection where that is recorded', async () => {
    const report = await against(scripted('opener 01', 'acceptor 02', 'opener reset'), async (peer) => {
      await peer.send('02').expect('01')
      expect(await peer.ended).to.equal('rst')
    })
    expect(words(report)).to.deep.equal([])
  })

  it('gives up on an end that takes nothing, and says what it could not say', async () => {
    const [near, far] = memoryPair()
    const clock = new ManualClock()
    const recorded = scripted(`opener ${'00'.repeat(400_000)}`, 'opener 01')
    const report = await clock.passUntil(replayOn(near, recorded, 'opener', { clock }))
    expect(words(report)).to.deep.equal(['at byte 0 nothing more came: 400001 bytes could not be said to it'])
    far.destroy()
  })

  it('takes the time that the recording took, when it is told to, and no time when it is not', async () => {
    const recorded = scripted('opener 01', 'opener 02', 'opener 03')
    for (const [pace, stepsMs] of [
      ['recorded', [0, 1_000, 2_000]],
      ['fast', [0, 0, 0]],
    ] as const) {
      const clock = new ManualClock()
      const [near, far] = memoryPair()
      const times: number[] = []
      far.on('data', (chunk: Buffer) => chunk.forEach(() => times.push(clock.now())))
      await clock.passUntil(replayOn(near, recorded, 'opener', { clock, pace }), 125)
      expect(
        times.map((ms) => 1_000 * Math.floor(ms / 1_000)),
        pace,
      ).to.deep.equal(stepsMs)
      far.destroy()
    }
  })

  it('bears with an end that is as slow as in the recording', async () => {
    const slow = {
      number: 1,
      steps: [
        { atMs: 0, from: 'opener', what: 'bytes', bytes: hex('01') },
        { atMs: 60_000, from: 'acceptor', what: 'bytes', bytes: hex('02') },
      ],
    } as const
    const report = await against(slow, async (peer, clock) => {
      await peer.expect('01')
      for (let minute = 0; minute < 60; minute++) {
        clock.advance(1_000)
        await turns()
      }
      peer.send('02').fin()
    })
    expect(words(report)).to.deep.equal([])
  })

  it('whose listening callback throws rejects with that, and nothing is left that its signal could reject', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    const stop = new AbortController()
    const thrown = new Error('not here')
    const listening = (): never => {
      throw thrown
    }
    const played = replayAt(0, HELLO, { signal: stop.signal }, listening)
    expect(await played.catch((error: unknown) => error)).to.equal(thrown)
    stop.abort()
    await turns(3)
    process.off('unhandledRejection', note)
    expect(unhandled).to.deep.equal([])
  })

  it('is ended by its signal, while it connects, waits and plays', async () => {
    const stopped = AbortSignal.abort()
    expect(await rejection(replayTo(1, HELLO, { signal: stopped }))).to.include({ code: 'ABORTED' })
    expect(await rejection(replayAt(0, HELLO, { signal: stopped }))).to.include({ code: 'ABORTED' })
    await using listener = await RawListener.open()
    const stop = new AbortController()
    const played = rejection(replayTo(listener.port, HELLO, { signal: stop.signal }))
    const peer = await listener.next()
    stop.abort()
    expect(await played).to.include({ code: 'ABORTED' })
    await peer.ended
  })

  it('refuses what it cannot do before it touches anything', async () => {
    const [near, far] = memoryPair()
    for (const options of [{ dialect: 'smoke' }, { maxDifferences: 0 }, { stepTimeoutMs: 1.5 }])
      expect(await rejection(replayOn(near, HELLO, 'opener', options))).to.include({ code: 'OPTION_INVALID' })
    expect(near.destroyed).to.equal(false)
    near.destroy()
    far.destroy()
    const unused = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => unused.once('listening', resolve))
    const port = portOf(unused)
    await new Promise((resolve) => unused.close(resolve))
    expect(await rejection(replayTo(port, HELLO))).to.include({ code: 'CONNECT_REFUSED' })
  })
})

describe('replay of what was recorded of real ends', () => {
  const MESSAGES = [Buffer.from('hello'), Buffer.alloc(0), Buffer.from(lcg32(1, 100_000))]

  /** A capture, by a proxy, of a client that has its messages echoed. */
  const recorded = async (): Promise<Buffer> => {
    const pieces = new Pieces()
    const dialect = dialectNamed('handshake')
    await using server = new PlainServer({ listen: [0], handler: Echo })
    await server.start()
    const observe = captureProxy(new Capture(pieces.write), dialect)
    await using proxy = new Proxy({ listen: 0, target: portOfServer(server), dialect, observe })
    await proxy.start()
    await using client = new PlainClient({ handler: Bare })
    const caller = await client.connectTo(proxy.address)
    for (const message of MESSAGES) {
      await caller.transmit(message)
      await caller.receive()
    }
    await caller.close()
    while (proxy.connections > 0) await turns()
    return pieces.bytes
  }

  it('a server that does the same again: nothing differs; another one: it does', async () => {
    const [conversation] = parseRecording(await recorded())
    if (conversation === undefined) throw new Error('nothing was recorded')
    await using server = new PlainServer({ listen: [0], handler: Echo })
    await server.start()
    const same = await replayTo(portOfServer(server), conversation)
    expect(words(same)).to.deep.equal([])
    expect(same.receivedBytes).to.equal(1 + 3 + 3 * 4 + 100_005)

    class Shouting extends Bare {
      protected override async transmissionReceived(message: Buffer): Promise<void> {
        await this.transmit(Buffer.from(message.toString('latin1').toUpperCase(), 'latin1'))
      }
    }
    await using other = new PlainServer({ listen: [0], handler: Shouting })
    await other.start()
    const report = await replayTo(portOfServer(other), conversation, { dialect: 'handshake', maxDifferences: 1 })
    expect(words(report)[0]).to.match(
      /^at byte \d+, 5 bytes: recorded 68656c6c6f \(payload, 5 bytes\); came 48454c4c4f \(payload, 5 bytes\)$/,
    )
    expect(report.moreDifferences).to.be.above(0)
  })

  it('a client that does the same again finds its server in the recording', async () => {
    const [conversation] = parseRecording(await recorded())
    if (conversation === undefined) throw new Error('nothing was recorded')
    let played = Promise.resolve<ReplayReport | undefined>(undefined)
    const port = await new Promise<number>((resolve) => {
      played = replayAt(0, conversation, {}, (address) => resolve(address.port))
    })
    await using client = new PlainClient({ handler: Bare })
    const caller = await client.connectTo(port)
    for (const message of MESSAGES) {
      await caller.transmit(message)
      expect((await caller.receive()).equals(message)).to.equal(true)
    }
    await caller.close()
    expect((await played)?.differences).to.deep.equal([])
  })

  it('of a trace of both ends in this process, too', async () => {
    const pieces = new Pieces()
    {
      const trace = new Trace({ listener: captureTrace(new Capture(pieces.write)) })
      await using ends = await connectedPair({ serves: Echo, connects: Bare })
      await ends.connected.transmit(Buffer.from('hi'))
      await ends.connected.receive()
      await ends.connected.close()
      await ends.served.over
      await turns(4)
      trace.end()
    }
    const [conversation] = parseRecording(pieces.bytes)
    if (conversation === undefined) throw new Error('nothing was recorded')
    await using server = new PlainServer({ listen: [0], handler: Echo })
    await server.start()
    expect(words(await replayTo(portOfServer(server), conversation))).to.deep.equal([])
    expect(toHex(Buffer.concat(conversation.steps.map(({ bytes }) => bytes)))).to.include('00000002')
  })

  it('plays what the recordings of tinyproto have of an original client, against a server of ours', async () => {
    const found = recordingsOf<unknown>('tinyproto')
    const echoed = found.filter(({ name }) =>
      /^(empty-message|one-byte|size-(255|256|64KiB|1MiB)|sequence-echo)/.test(name),
    )
    expect(echoed).to.have.lengthOf(8)
    await using server = new PlainServer({ listen: [0], handler: Echo })
    await server.start()
    for (const { name, steps } of echoed) {
      const own = steps.map((step, at): RecordedStep => {
        const what = step.close === undefined ? 'bytes' : step.close === 'fin' ? 'end' : 'reset'
        return { atMs: at, from: step.from === 'client' ? 'opener' : 'acceptor', what, bytes: bytesOf(step) }
      })
      const report = await replayTo(portOfServer(server), { number: 1, steps: own })
      expect(words(report), name).to.deep.equal([])
    }
  })
})
