import { expect } from 'chai'
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { codeOf } from '../support/codeOf.js'
import { Gate } from '../support/gate.js'
import { lcg32 } from '../support/lcg32.js'
import { opened } from '../support/opened.js'
import { clientWithPeer, connectedPair } from '../support/pair.js'
import { rejection } from '../support/rejection.js'
import { turns } from '../support/turns.js'
import { Bare, Witness } from '../support/witness.js'

const MIB = 1_048_576

/** Hashes what is streamed to it. */
class Hashing extends Witness {
  readonly hashes: string[] = []
  hashedBytes = 0

  protected override async transmissionStream(size: number, readable: Readable): Promise<void> {
    const hash = createHash('sha256')
    for await (const chunk of readable) {
      hash.update(chunk)
      this.hashedBytes += Number(chunk.length)
    }
    this.hashes.push(`${size} ${hash.digest('hex')}`)
    void super.transmissionReceived(Buffer.alloc(0))
  }
}

describe('transmitStream', () => {
  for (const pipeline of [false, true]) {
    it(`${pipeline ? 'pipelined' : 'strict'} carries 128 MiB from stream to stream and holds little of it`, async () => {
      const limits = { maxMessageBytes: MIB, pipeline }
      await using pair = await connectedPair({ serves: Hashing, connects: Bare, both: limits })
      const piece = lcg32(4, 300_001)
      const size = 128 * MIB
      let given = 0
      let most = 0
      const source = function* (): Generator<Uint8Array> {
        for (let left = size; left > 0; left -= piece.length) {
          most = Math.max(most, given - pair.served.hashedBytes)
          const next = Buffer.from(piece.subarray(0, Math.min(left, piece.length)))
          given += next.length
          yield next
        }
      }
      const sent = pair.connected.transmitStream(source(), size)
      await pair.served.arrived(1)
      await sent
      expect(most).to.be.below(64 * MIB)
      const hash = createHash('sha256')
      for (const chunk of source()) hash.update(chunk)
      expect(pair.served.hashes).to.deep.equal([`${size} ${hash.digest('hex')}`])
    })
  }

  it('keeps its place among other messages, and theirs is kept behind it', async () => {
    await using pair = await connectedPair({ serves: Witness, connects: Bare })
    const { connected, served } = pair
    const sent = [
      connected.transmit(Buffer.from('first')),
      connected.transmitStream(Readable.from([Buffer.from('sec'), Buffer.from('ond')]), 6),
      connected.transmit(Buffer.from('third')),
      connected.transmitStream([], 0),
    ]
    await Promise.all(sent)
    expect((await served.arrived(4)).map(String)).to.deep.equal(['first', 'second', 'third', ''])
  })

  it('reads its source no faster than the other end takes the bytes', async () => {
    await using ends = await clientWithPeer(Bare, { highWaterMarkBytes: 65_536 })
    const connection = await opened(ends)
    let given = 0
    const source = function* (): Generator<Uint8Array> {
      for (; given < 100 * MIB; given += 100_000) yield Buffer.alloc(100_000)
    }
    void connection.transmitStream(source(), 1_000 * MIB)
    await ends.peer.expect('3e800000')
    ends.peer.socket.pause()
    ends.peer.send('ff')
    await turns(300)
    expect(given).to.be.below(20 * MIB)
  })

  const SOURCES: readonly (readonly [
    what: string,
    source: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    code: string,
  ])[] = [
    ['gives too little', () => [Buffer.from('abc')], 'SOURCE_MISMATCH'],
    ['gives too much', () => [Buffer.from('abc'), Buffer.from('abc')], 'SOURCE_MISMATCH'],
    ['throws', () => Readable.from(failing()), 'SOURCE_FAILED'],
    ['gives something that is no bytes', () => Readable.from(['abcd']), 'NOT_BYTES'],
  ]
  for (const [what, source, code] of SOURCES) {
    it(`whose source ${what} rejects with ${code} and ends the connection, for nothing can follow half a message`, async () => {
      await using pair = await connectedPair({ serves: Witness, connects: Witness })
      const sent = pair.connected.transmitStream(source(), 4)
      const next = pair.connected.transmit(Buffer.from('next'))
      expect(await rejection(sent)).to.include({ code, fault: 'local' })
      expect(await rejection(next)).to.have.property('code', code)
      expect(codeOf(await pair.connected.over)).to.equal(code)
      expect(codeOf(await pair.served.over)).to.equal('FRAME_TRUNCATED')
      expect(pair.served.messages).to.deep.equal([])
    })
  }

  it('refuses a size that is no size, and leaves the connection alone', async () => {
    await using pair = await connectedPair({ serves: Witness, connects: Witness })
    for (const size of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(await rejection(pair.connected.transmitStream([], size))).to.have.property('code', 'OPTION_INVALID')
    await pair.connected.transmit(Buffer.from('fine'))
  })

  it('refuses a source that is none before anything leaves', async () => {
    await using pair = await connectedPair({ serves: Witness, connects: Witness })
    const { connected, served } = pair
    const untyped: { transmitStream(source: unknown, size: number): Promise<void> } = connected
    for (const source of [undefined, null, 5, 'text', {}, Buffer.from('four'), () => []]) {
      expect(await rejection(untyped.transmitStream(source, 4))).to.include({ code: 'OPTION_INVALID', fault: 'local' })
    }
    await connected.transmit(Buffer.from('fine'))
    expect((await served.arrived(1)).map(String)).to.deep.equal(['fine'])
  })

  it('given up half-way by its signal closes its source and breaks the connection', async () => {
    await using pair = await connectedPair({ serves: Witness, connects: Witness })
    const gate = new Gate()
    const closed = new Gate()
    const source = async function* (): AsyncGenerator<Uint8Array> {
      try {
        yield Buffer.from('ab')
        await gate.pass()
        yield Buffer.from('cd')
      } finally {
        void closed.pass()
      }
    }
    const controller = new AbortController()
    const sent = pair.connected.transmitStream(source(), 4, { signal: controller.signal })
    await gate.reached
    controller.abort()
    expect(await rejection(sent)).to.have.property('code', 'ABORTED')
    gate.open()
    await closed.reached
    expect(codeOf(await pair.connected.over)).to.equal('ABORTED')
  })

  it('whose connection dies half-way closes its source', async () => {
    await using ends = await clientWithPeer(Witness)
    const connection = await opened(ends)
    const closed = new Gate()
    const source = function* (): Generator<Uint8Array> {
      try {
        for (;;) yield Buffer.alloc(100_000)
      } finally {
        void closed.pass()
      }
    }
    const sent = connection.transmitStream(source(), 3_000_000_000)
    await ends.peer.expect('b2d05e00')
    ends.peer.socket.pause()
    ends.peer.send('ff')
    await turns(20)
    ends.peer.rst()
    expect((await rejection(sent)).code).to.be.oneOf(['CONNECTION_RESET', 'CONNECTION_BROKEN'])
    await closed.reached
  })
})

describe('transmissionStream', () => {
  it('ends with the error of the connection when it dies half-way, and so does the hook', async () => {
    let read: unknown
    class Reading extends Witness {
      protected override async transmissionStream(_size: number, readable: Readable): Promise<void> {
        try {
          for await (const chunk of readable) expect(chunk).to.be.instanceOf(Buffer)
        } catch (error) {
          read = error
          throw error
        }
      }
    }
    await using ends = await clientWithPeer(Reading, { maxMessageBytes: 10 })
    const connection = await opened(ends)
    await ends.peer.send('00000100').expect('ff')
    ends.peer.send('00').fin()
    expect(codeOf(await connection.over)).to.equal('FRAME_TRUNCATED')
    expect(codeOf(read)).to.equal('FRAME_TRUNCATED')
  })
})

function* failing(): Generator<Uint8Array> {
  yield Buffer.from('ab')
  throw new Error('the disk is gone')
}
