import { connect, Socket } from 'node:net'
import { once } from 'node:events'
import { Duplex, type Readable } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { expect } from 'chai'
import * as fc from 'fast-check'
import { channels } from '@/core/diagnostics.js'
import { PIECE_BYTES, type Place, readIntoPlaces } from '@/core/placedReads.js'
import type { FramingContext, Step } from '@/framings/framing.js'
import { OpenFraming } from '@/framings/openFraming.js'
import { hex } from '../support/hex.js'
import { lcg32 } from '../support/lcg32.js'
import { connectedPair, serverWithPeer } from '../support/pair.js'
import { portOf } from '../support/portOf.js'
import { turns, turnsUntil } from '../support/turns.js'
import { Wire } from '../support/wire.js'
import { Bare, Witness } from '../support/witness.js'

const KIB = 1_024
const MIB = 1_048_576

const lengthOf = (size: number): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(size)
  return length
}

const generated = (seed: number, size: number): Buffer => Buffer.from(lcg32(seed, size))

/** Has a script of places, and keeps what arrives. */
class Ears {
  readonly chunks: Buffer[] = []
  readonly more: boolean[] = []
  place: Place = 'unknown'
  arrivedBytes = 0
  #tell: () => void = () => {}

  arrived(chunk: Buffer, more: boolean): void {
    this.chunks.push(chunk)
    this.more.push(more)
    this.arrivedBytes += chunk.length
    this.#tell()
  }

  nextPlace(): Place {
    return this.place
  }

  async hears(bytes: number): Promise<Buffer> {
    while (this.arrivedBytes < bytes) await new Promise<void>((resolve) => (this.#tell = resolve))
    return this.chunks.at(-1) ?? Buffer.alloc(0)
  }
}

/** A socket that reads into places, once it has read one byte. */
const placed = async (place: Place): Promise<{ readonly wire: Wire; readonly ears: Ears } & AsyncDisposable> => {
  const wire = await Wire.open()
  const ears = new Ears()
  ears.place = place
  expect(readIntoPlaces(wire.near, ears)).to.equal(true)
  wire.near.resume()
  wire.far.write(hex('00'))
  await ears.hears(1)
  return { wire, ears, [Symbol.asyncDispose]: () => wire[Symbol.asyncDispose]() }
}

describe('readIntoPlaces', () => {
  it('copies what may begin anything, so that nothing that is read later changes it', async () => {
    await using bench = await placed('unknown')
    const { wire, ears } = bench
    wire.far.write(hex('0102'))
    await ears.hears(3)
    const sent = generated(1, 5 * 65_536)
    wire.far.write(sent)
    await ears.hears(3 + sent.length)
    expect(ears.chunks.slice(0, 2)).to.deep.equal([hex('00'), hex('0102')])
    expect(Buffer.concat(ears.chunks.slice(2)).equals(sent)).to.equal(true)
  })

  it('reads bytes where they belong, from the start of that memory, and no more than fit there', async () => {
    await using bench = await placed(Buffer.alloc(5))
    const { wire, ears } = bench
    const belongs = Buffer.alloc(8).subarray(2, 5)
    ears.place = belongs
    // The place before was asked for after the first byte.
    wire.far.write(hex('0102030405'))
    await ears.hears(6)
    wire.far.write(hex('a1a2a3a4'))
    await ears.hears(9)
    expect(ears.chunks.slice(1, 3)).to.deep.equal([hex('0102030405'), hex('a1a2a3')])
    expect(ears.more.slice(1, 3)).to.deep.equal([true, true])
    expect(new Uint8Array(belongs.buffer)).to.deep.equal(new Uint8Array(hex('0000a1a2a3000000')))
  })

  it('hands on a large piece with all its memory, and a small one in as much as it needs', async () => {
    await using bench = await placed('piece')
    const { wire, ears } = bench
    wire.far.write(hex('0102'))
    const small = await ears.hears(3)
    expect(small.buffer.byteLength).to.equal(2)
    const sent = generated(1, 20 * PIECE_BYTES)
    wire.far.write(sent)
    await ears.hears(3 + sent.length)
    expect(Buffer.concat(ears.chunks.slice(2)).equals(sent)).to.equal(true)
    const memories = ears.chunks.map(({ buffer }) => buffer)
    expect(new Set(memories).size).to.equal(memories.length)
    for (const { length, buffer } of ears.chunks.slice(1)) expect(buffer.byteLength).to.be.at.most(2 * length)
  })

  it('reads nothing while the socket is paused', async () => {
    await using bench = await placed('piece')
    const { wire, ears } = bench
    wire.near.pause()
    await new Promise((written) => wire.far.write(hex('0102'), written))
    await turns(20)
    expect(ears.arrivedBytes).to.equal(1)
    wire.near.resume()
    expect(await ears.hears(3)).to.deep.equal(hex('0102'))
  })

  it('tells the end of the stream as before', async () => {
    await using bench = await placed('piece')
    const ended = new Promise((resolve) => bench.wire.near.once('end', resolve))
    bench.wire.far.end(hex('01'))
    await ended
    expect(bench.ears.chunks).to.deep.equal([hex('00'), hex('01')])
  })

  it('does so once for a socket', async () => {
    await using bench = await placed('unknown')
    expect(readIntoPlaces(bench.wire.near, bench.ears)).to.equal(false)
  })

  it('leaves a stream that is no socket, TLS, and a socket that is not connected as they are', async () => {
    await using wire = await Wire.open()
    const others = [new Duplex(), new TLSSocket(wire.near), new Socket()]
    expect(others.map((stream) => readIntoPlaces(stream, new Ears()))).to.deep.equal([false, false, false])
  })

  it('leaves a socket alone that somebody else listens to', async () => {
    await using wire = await Wire.open()
    wire.near.on('data', () => {})
    wire.near.on('data', () => {})
    expect(readIntoPlaces(wire.near, new Ears())).to.equal(false)
  })

  it('leaves a socket alone that is paused', async () => {
    await using wire = await Wire.open()
    wire.near.pause()
    expect(readIntoPlaces(wire.near, new Ears())).to.equal(false)
  })

  it('leaves a socket alone in which bytes wait that have been read', async () => {
    await using wire = await Wire.open()
    const readable = new Promise((resolve) => wire.near.once('readable', resolve))
    wire.far.write(hex('01'))
    await readable
    expect(readIntoPlaces(wire.near, new Ears())).to.equal(false)
  })

  it('leaves a socket alone that reads into memory of somebody else', async () => {
    await using wire = await Wire.open()
    const buffer = Buffer.alloc(8)
    const socket = connect({ host: '127.0.0.1', port: portOf(wire.server), onread: { buffer, callback: () => true } })
    await new Promise((connected) => socket.once('connect', connected))
    expect(readIntoPlaces(socket, new Ears())).to.equal(false)
    socket.destroy()
  })
})

/** Keeps the pieces of what is streamed to it. */
class Pieces extends Witness {
  readonly pieces: Buffer[] = []

  protected override async transmissionStream(_size: number, readable: Readable): Promise<void> {
    for await (const piece of readable) if (piece instanceof Buffer) this.pieces.push(piece)
    void super.transmissionReceived(Buffer.concat(this.pieces))
  }
}

/** Gives its pieces away as they come. */
class Giving extends Witness {
  givenBytes = 0

  protected override async transmissionStream(_size: number, readable: Readable): Promise<void> {
    readable.on('data', (piece: Buffer<ArrayBuffer>) => {
      this.givenBytes += structuredClone(piece, { transfer: [piece.buffer] }).length
    })
    await once(readable, 'end')
    void super.transmissionReceived(Buffer.alloc(0))
  }
}

/** A length in front of each message; nobody is told where payload is. */
class Reticent extends OpenFraming {
  readonly name = 'reticent'
  readonly announces = true
  #size = 0
  #left = 0

  protected read(): Step | undefined {
    if (this.#left > 0) {
      const bytes = this.input.takeSome(this.#left)
      if (bytes === undefined) return undefined
      this.#left -= bytes.length
      return { do: 'piece', bytes, size: this.#size, left: this.#left }
    }
    const size = this.input.takeU32()
    if (size === undefined) return undefined
    this.#size = this.#left = size
    return { do: 'offer', size }
  }

  start(size: number): void {
    this.writer.u32(size)
  }
}

/** The memory that hangs on a socket under names of its own. */
const memoriesOf = (socket: object | undefined): ArrayBufferLike[] =>
  socket === undefined
    ? []
    : Object.getOwnPropertySymbols(socket).flatMap((name) => {
        const value: unknown = Reflect.get(socket, name)
        return value instanceof Uint8Array ? [value.buffer] : []
      })

/** A size near one where the reading changes, or any other. */
const sizes = fc.oneof(
  fc.constantFrom(0, 4_092, 4_096, 65_532, 65_535, 65_536, 65_537, 69_632, PIECE_BYTES, MIB, MIB + 1),
  fc.nat({ max: 300_000 }),
)

describe('a connection that receives large messages', () => {
  for (const pipeline of [false, true]) {
    it(`${pipeline ? 'pipelined' : 'strict'} gives each message as it was sent, both ways, whatever stands between them`, async () => {
      await using pair = await connectedPair({ serves: Witness, connects: Witness, both: { pipeline } })
      let sent = 0
      await fc.assert(
        fc.asyncProperty(fc.array(sizes, { minLength: 1, maxLength: 6 }), async (given) => {
          const messages = given.map((size, index) => generated(sent + index, size))
          sent += given.length
          for (const [from, to] of [
            [pair.connected, pair.served],
            [pair.served, pair.connected],
          ] as const) {
            for (const message of messages) void from.transmit(message)
            const all = await to.arrived(sent)
            expect(all.slice(-given.length).map((message, at) => messages[at]?.equals(message))).to.not.include(false)
          }
        }),
        { numRuns: 25 },
      )
    })
  }

  it('keeps the messages it has got as they are, whatever comes later', async () => {
    await using pair = await connectedPair({ serves: Witness, connects: Bare, both: { pipeline: true } })
    const messages = Array.from({ length: 60 }, (_, index) => generated(index, index % 3 === 0 ? 200_000 : 50))
    for (const message of messages) void pair.connected.transmit(message)
    const arrived = await pair.served.arrived(messages.length)
    expect(arrived.map((message, index) => messages[index]?.equals(message))).to.not.include(false)
  })

  it('takes a large message however it and the next length are cut', async () => {
    await using ends = await serverWithPeer(Witness)
    const { server, peer } = ends
    await peer.open()
    const message = generated(1, 100_000)
    const next = Buffer.concat([lengthOf(message.length), message, lengthOf(3), hex('616263')])
    const cuts = [1, 4, 5, 4_095, 65_540, 100_003, 100_004, 100_005, 100_007, 100_008, 100_009]
    for (const cut of cuts) {
      const before = server.first.messages.length
      await new Promise((written) => peer.socket.write(next.subarray(0, cut), written))
      await turns(5)
      peer.send(next.subarray(cut))
      const [large, small] = (await server.first.arrived(before + 2)).slice(before)
      expect([large?.equals(message), String(small)]).to.deep.equal([true, 'abc'])
    }
  })

  it('has them read into their own memory', async () => {
    await using pair = await connectedPair({ serves: Witness, connects: Bare, both: { pipeline: true } })
    const chunks: Buffer[] = []
    const listen = (event: unknown): void => {
      if (typeof event === 'object' && event !== null && 'chunk' in event && event.chunk instanceof Buffer)
        chunks.push(event.chunk)
    }
    channels.read.subscribe(listen)
    for (let index = 0; index < 4; index++) void pair.connected.transmit(generated(index, MIB))
    const [, ...later] = await pair.served.arrived(4)
    channels.read.unsubscribe(listen)
    for (const { buffer } of later) {
      const there = chunks.filter((chunk) => chunk.buffer === buffer)
      expect(there.reduce((sum, { length }) => sum + length, 0)).to.be.above(900 * KIB)
    }
  })

  it('has no data events once it has begun to work, whether or not its framing says where payload is', async () => {
    const told: number[] = []
    for (const framing of [undefined, (context: FramingContext) => new Reticent(context)]) {
      const both = framing === undefined ? {} : { framing }
      await using pair = await connectedPair({ serves: Witness, connects: Bare, both })
      await pair.connected.transmit(generated(1, 2))
      await pair.served.arrived(1)
      let chunks = 0
      pair.served.socket?.on('data', () => chunks++)
      await pair.connected.transmit(generated(2, 200_000))
      const [, second] = await pair.served.arrived(2)
      expect(second?.equals(generated(2, 200_000))).to.equal(true)
      told.push(chunks)
    }
    expect(told).to.deep.equal([0, 0])
  })

  it('keeps nothing of a message that its connection was cut in', async () => {
    await using ends = await serverWithPeer(Witness)
    const { server, peer } = ends
    await peer.open()
    peer.send(lengthOf(MIB)).send(generated(1, 200_000))
    const socket = server.first.socket
    await turnsUntil(() => memoriesOf(socket).some(({ byteLength }) => byteLength === MIB))
    server.first.destroy()
    expect(await server.first.over).to.equal(undefined)
    expect(Math.max(...memoriesOf(socket).map(({ byteLength }) => byteLength))).to.be.at.most(65_536)
  })

  it('lets its reader give the pieces of a stream to another thread, with their memory', async () => {
    await using ends = await serverWithPeer(Giving, { maxMessageBytes: 65_536 })
    const { server, peer } = ends
    await peer.open()
    for (let index = 1; index <= 2; index++) {
      peer.send(lengthOf(MIB)).send(generated(index, MIB))
      await server.first.arrived(index)
    }
    expect(server.first.givenBytes).to.equal(2 * MIB)
  })

  it('hands on a stream in pieces that do not change, however little of it comes at once', async () => {
    await using ends = await serverWithPeer(Pieces, { maxMessageBytes: 65_536 })
    const { server, peer } = ends
    await peer.open()
    const message = generated(2, MIB)
    peer.send(lengthOf(message.length)).send(message.subarray(0, 10))
    for (let at = 10; at < 50; at += 10) {
      await turns(5)
      peer.send(message.subarray(at, at + 10))
    }
    peer.send(message.subarray(50))
    const [whole] = await server.first.arrived(1)
    expect(whole?.equals(message)).to.equal(true)
    expect(server.first.pieces.length).to.be.above(4)
  })
})
