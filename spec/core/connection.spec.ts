import { expect } from 'chai'
import { Duplex } from 'node:stream'
import { Connection } from '@/core/connection.js'
import { duplexPair } from '../support/duplexPair.js'
import { lcg32 } from '../support/lcg32.js'
import { ManualClock } from '../support/manualClock.js'
import { opened } from '../support/opened.js'
import { clientWithPeer, connectedPair, serverWithPeer } from '../support/pair.js'
import { rejection } from '../support/rejection.js'
import { turns } from '../support/turns.js'
import { Bare, Witness } from '../support/witness.js'

const text = (message: Uint8Array): string => Buffer.from(message).toString()

describe('a connection without a socket', () => {
  it('is idle, has no id, role or address, and refuses to send or receive with NOT_OPEN', async () => {
    const connection = new Bare()
    expect(connection).to.include({
      phase: 'idle',
      id: '',
      role: undefined,
      remoteAddress: undefined,
      socket: undefined,
    })
    for (const refused of [connection.transmit(Buffer.of(1)), connection.transmitStream([], 0), connection.receive()])
      expect(await rejection(refused)).to.have.property('code', 'NOT_OPEN')
    await Promise.all([connection.flush(), connection.close()])
    connection.destroy()
  })

  it('rejects a run on a stream that lets nobody listen, and leaves nothing behind that fails later', async () => {
    class Deaf extends Duplex {
      override on(): this {
        throw new Error('nobody may listen')
      }
    }
    const clock = new ManualClock()
    expect((await rejection(new Bare({ clock }).run(new Deaf(), 'opener'))).code).to.equal('NOT_OPEN')
    expect(clock.pending).to.equal(0)
  })

  it('rejects a run with wrong options, or a second run, and throws nothing', async () => {
    class Wrong extends Connection {
      constructor() {
        super({ tickMs: 0 })
      }
    }
    const [stream, other] = duplexPair(() => 9)
    expect(await rejection(new Wrong().run(stream, 'opener'))).to.have.property('code', 'OPTION_INVALID')
    const connection = new Bare()
    const ran = connection.run(stream, 'opener')
    expect(await rejection(connection.run(stream, 'opener'))).to.have.property('code', 'ALREADY_STARTED')
    connection.destroy()
    await ran
    other.destroy()
  })
})

describe('transmit', () => {
  it('sends the length, waits for the OK, sends the payload with the next length, and resolves', async () => {
    await using ends = await clientWithPeer(Witness)
    const connection = await opened(ends)
    const sent = ['abc', '', 'd'].map((word) => connection.transmit(Buffer.from(word)))
    await ends.peer.expect('00000003')
    await turns(3)
    expect(ends.peer.unread).to.equal('')
    await ends.peer.send('ff').expect('616263 00000000')
    await ends.peer.send('ff').expect('00000001')
    await ends.peer.send('ff').expect('64')
    await Promise.all(sent)
    await connection.flush()
  })

  it('resolves for an empty message once its length has its OK', async () => {
    await using ends = await clientWithPeer(Witness)
    const connection = await opened(ends)
    const sent = connection.transmit(Buffer.alloc(0))
    await ends.peer.expect('00000000')
    ends.peer.send('ff')
    await sent
  })

  it('pipelined sends lengths and payloads together, in one write a tick', async () => {
    await using ends = await clientWithPeer(Witness, { pipeline: true })
    const connection = await opened(ends)
    const sent = ['abc', '', 'd'].map((word) => connection.transmit(Buffer.from(word)))
    await ends.peer.expect('00000003 616263 00000000 00000001 64')
    await Promise.all(sent)
  })

  it('pipelined keeps no more than the window unanswered, though one message may always be', async () => {
    await using ends = await clientWithPeer(Witness, { pipeline: 1_024 })
    const connection = await opened(ends)
    void connection.transmit(lcg32(1, 2_000))
    void connection.transmit(lcg32(1, 1_000))
    void connection.transmit(lcg32(1, 20))
    void connection.transmit(lcg32(1, 1))
    await ends.peer.read(2_004)
    await turns(5)
    expect(ends.peer.unread).to.equal('')
    ends.peer.send('ff')
    await ends.peer.read(1_004)
    await turns(5)
    expect(ends.peer.unread).to.equal('')
    ends.peer.send('ff')
    await ends.peer.read(29)
  })

  it('copies a small message at once, so that the caller may reuse its bytes', async () => {
    await using pair = await connectedPair({ serves: Witness, connects: Bare })
    const bytes = Buffer.from('before')
    const sent = [pair.connected.transmit(bytes), pair.connected.transmit(bytes)]
    bytes.write('after!')
    await Promise.all(sent)
    expect((await pair.served.arrived(2)).map(text)).to.deep.equal(['before', 'before'])
  })

  it('refuses with OUTBOX_FULL what is more than maxOutboxBytes, and sends what it took', async () => {
    await using ends = await clientWithPeer(Witness, { maxOutboxBytes: 10, maxOutboxMessages: 100 })
    const connection = await opened(ends)
    const first = connection.transmit(Buffer.alloc(8))
    const second = connection.transmit(Buffer.alloc(3))
    expect(await rejection(second)).to.deep.include({ code: 'OUTBOX_FULL', fault: 'local' })
    await ends.peer.expect('00000008')
    ends.peer.send('ff')
    await first
    void connection.transmit(Buffer.alloc(30))
    await ends.peer.expect(`${'00'.repeat(8)} 0000001e`)
  })

  it('refuses with OUTBOX_FULL what is more than maxOutboxMessages', async () => {
    await using ends = await clientWithPeer(Witness, { maxOutboxMessages: 2 })
    const connection = await opened(ends)
    void connection.transmit(Buffer.of(1))
    void connection.transmit(Buffer.of(2))
    expect(await rejection(connection.transmit(Buffer.of(3)))).to.have.property('code', 'OUTBOX_FULL')
    expect(connection.outbound.messages).to.equal(2)
  })

  it('keeps maxOutboxBytes also where the framing would take more at once', async () => {
    await using ends = await clientWithPeer(Witness, { pipeline: true, maxOutboxBytes: 1_000 })
    const connection = await opened(ends)
    const sent = Array.from({ length: 20 }, () => connection.transmit(Buffer.alloc(500)))
    const outcomes = await Promise.allSettled(sent)
    const taken = outcomes.filter(({ status }) => status === 'fulfilled').length
    expect(taken).to.be.within(1, 2)
    await ends.peer.read(taken * 504)
    await turns(3)
    expect(ends.peer.unread).to.equal('')
  })
})

describe('flush', () => {
  it('resolves when all so far is answered, although more is sent all the time', async () => {
    await using pair = await connectedPair({ serves: Witness, connects: Bare, both: { pipeline: true } })
    const { connected } = pair
    const busy = new AbortController()
    const flood = async (): Promise<void> => {
      while (!busy.signal.aborted) await connected.transmit(lcg32(1, 300_000))
    }
    const floods = [flood(), flood(), flood(), flood(), flood(), flood()]
    await connected.flush()
    await connected.flush()
    busy.abort()
    await Promise.all(floods)
  })

  it('waits for the answer and not only for the bytes', async () => {
    await using ends = await clientWithPeer(Witness, { pipeline: true })
    const connection = await opened(ends)
    await connection.transmit(Buffer.from('a'))
    const states: string[] = []
    const flushed = connection.flush().then(() => states.push('flushed'))
    await ends.peer.expect('00000001 61')
    await turns(3)
    expect(states).to.deep.equal([])
    ends.peer.send('ff')
    await flushed
  })

  it('with nothing to send resolves at once', async () => {
    await using pair = await connectedPair({ serves: Bare, connects: Bare })
    await pair.connected.flush()
  })
})

describe('receive', () => {
  it('gives the messages of a class without hooks in order, also those that came before it was called', async () => {
    await using ends = await serverWithPeer(Bare)
    await ends.peer.open()
    const { first } = ends.server
    const early = first.receive()
    await ends.peer.send('00000001 61 00000001 62 00000000').expect('ff ff ff')
    expect(text(await early)).to.equal('a')
    expect(text(await first.receive())).to.equal('b')
    expect(text(await first.receive())).to.equal('')
  })

  it('gives what had arrived before the end, then REMOTE_ENDED', async () => {
    await using ends = await serverWithPeer(Bare)
    await ends.peer.open()
    await ends.peer.send('00000001 61 00000001 62').fin().ended
    const { first } = ends.server
    expect([text(await first.receive()), text(await first.receive())]).to.deep.equal(['a', 'b'])
    expect(await rejection(first.receive())).to.have.property('code', 'REMOTE_ENDED')
  })

  it('refuses with RECEIVE_PENDING when 1024 calls wait', async () => {
    await using pair = await connectedPair({ serves: Bare, connects: Bare })
    const waiting = Array.from({ length: 1_024 }, () => pair.connected.receive())
    expect(await rejection(pair.connected.receive())).to.have.property('code', 'RECEIVE_PENDING')
    void pair.served.transmit(Buffer.from('one'))
    expect(text(await (waiting[0] ?? Promise.reject(new Error('none'))))).to.equal('one')
  })
})

describe('a connection as an async iterable', () => {
  it('gives every message and ends when the other end has closed in good order', async () => {
    await using pair = await connectedPair({ serves: Bare, connects: Bare })
    for (const word of ['a', 'b', 'c']) void pair.served.transmit(Buffer.from(word))
    void pair.served.close()
    const words: string[] = []
    for await (const message of pair.connected) words.push(text(message))
    expect(words).to.deep.equal(['a', 'b', 'c'])
  })

  it('throws what the connection failed with', async () => {
    await using ends = await clientWithPeer(Bare)
    const connection = await opened(ends)
    ends.peer.send('00000002 61').fin()
    const iteration = (async () => {
      for await (const message of connection) expect(message).to.equal('never')
    })()
    expect(await rejection(iteration)).to.have.property('code', 'FRAME_TRUNCATED')
  })

  it('closes the connection when the loop is left', async () => {
    await using pair = await connectedPair({ serves: Bare, connects: Bare })
    void pair.served.transmit(Buffer.from('a'))
    for await (const message of pair.connected) if (text(message) === 'a') break
    expect(pair.connected.phase).to.equal('closed')
  })

  it('is closed by await using', async () => {
    await using pair = await connectedPair({ serves: Witness, connects: Bare })
    {
      await using connection = pair.connected
      void connection.transmit(Buffer.from('a'))
    }
    expect(pair.connected.phase).to.equal('closed')
    expect((await pair.served.arrived(1)).map(text)).to.deep.equal(['a'])
  })
})
