import { expect } from 'chai'
import { Duplex } from 'node:stream'
import { Connection, Server } from '@/core/index.js'
import { hex } from '../support/hex.js'
import { turns } from '../support/turns.js'

const FULL_CHUNK_BYTES = 65_536

class Taker extends Connection {
  protected override transmissionReceived(): void {}
}
class TakingServer extends Server<Taker> {
  protected override get listensElsewhere(): boolean {
    return true
  }
  take(stream: Duplex): void {
    this.accept(stream)
  }
}

/** A stream whose chunks arrive when the spec says so, and what the server has written to it since the last look. */
class Wire extends Duplex {
  #written: Buffer[] = []
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#written.push(Buffer.from(chunk))
    done()
  }
  writes(): string[] {
    const writes = this.#written.map((bytes) =>
      bytes.every((byte) => byte === 0xff) ? `${bytes.length} yes` : bytes.toString('hex'),
    )
    this.#written = []
    return writes
  }
}

/** Frames of `size` bytes, one after the other. */
const frames = (size: number, count: number): Buffer => {
  const frame = Buffer.alloc(4 + size)
  frame.writeUInt32BE(size)
  return Buffer.concat(Array.from({ length: count }, () => frame))
}

const open = async (server: TakingServer): Promise<Wire> => {
  const wire = new Wire()
  server.take(wire)
  wire.push(hex('ff'))
  await turns(2)
  expect(wire.writes()).to.deep.equal(['1 yes'])
  return wire
}

describe('answers to small messages', () => {
  it('leave at once when the socket has nothing more to read', async () => {
    await using server = new TakingServer({ handler: Taker })
    await server.start()
    const wire = await open(server)
    wire.emit('data', frames(60, 3))
    expect(wire.writes()).to.deep.equal(['3 yes'])
    wire.destroy()
  })

  it('wait for the chunks that follow at once, four at most, and leave in one write', async () => {
    await using server = new TakingServer({ handler: Taker })
    await server.start()
    const wire = await open(server)
    for (let chunk = 1; chunk <= 4; chunk++) {
      wire.emit('data', frames(60, FULL_CHUNK_BYTES / 64))
      expect(wire.writes()).to.deep.equal([])
    }
    wire.emit('data', frames(60, FULL_CHUNK_BYTES / 64))
    expect(wire.writes()).to.deep.equal([`${(5 * FULL_CHUNK_BYTES) / 64} yes`])
    wire.destroy()
  })

  it('leave before anything else happens if no chunk follows after all', async () => {
    await using server = new TakingServer({ handler: Taker })
    await server.start()
    const wire = await open(server)
    wire.emit('data', frames(60, FULL_CHUNK_BYTES / 64))
    expect(wire.writes()).to.deep.equal([])
    await turns(2)
    expect(wire.writes()).to.deep.equal([`${FULL_CHUNK_BYTES / 64} yes`])
    wire.destroy()
  })

  it('do not keep back the answer to a large one, which the other end may be waiting for', async () => {
    await using server = new TakingServer({ handler: Taker })
    await server.start()
    const wire = await open(server)
    wire.emit('data', frames(1_048_576, 1).subarray(0, FULL_CHUNK_BYTES))
    expect(wire.writes()).to.deep.equal(['1 yes'])
    wire.destroy()
  })
})
