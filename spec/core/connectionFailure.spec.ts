import { expect } from 'chai'
import { Duplex } from 'node:stream'
import { Connection } from '@/core/connection.js'
import { codeOf } from '../support/codeOf.js'
import { Gate } from '../support/gate.js'
import { lcg32 } from '../support/lcg32.js'
import { ManualClock } from '../support/manualClock.js'
import { opened } from '../support/opened.js'
import { clientWithPeer, serverWithPeer } from '../support/pair.js'
import { rejection } from '../support/rejection.js'
import { turns } from '../support/turns.js'
import { Echo, Witness } from '../support/witness.js'

describe('a connection whose other end fails', () => {
  it('rejects what the system had not taken when a reset comes, and never resolves it', async () => {
    await using ends = await clientWithPeer(Witness, {
      pipeline: 2 ** 30,
      highWaterMarkBytes: 2 ** 30,
      maxOutboxBytes: 2 ** 30,
    })
    const connection = await opened(ends)
    ends.peer.socket.pause()
    const sent = Array.from({ length: 30 }, () => connection.transmit(lcg32(1, 1_000_000)))
    await turns(5)
    ends.peer.rst()
    const last = sent.at(-1) ?? Promise.resolve()
    expect((await rejection(last)).code).to.be.oneOf(['CONNECTION_RESET', 'CONNECTION_BROKEN'])
    expect((await connection.over)?.message).to.be.a('string')
  })

  for (const pipeline of [false, true]) {
    it(`rejects a message whose ${pipeline ? 'pipelined' : 'strict'} write the system refused`, async () => {
      let writes = 0
      const refused = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
      const stream = new Duplex({
        read() {},
        write(_chunk, _encoding, done) {
          setImmediate(() => done(writes++ < (pipeline ? 1 : 2) ? null : refused))
        },
      })
      class Alone extends Connection {
        constructor() {
          super({ pipeline })
        }
      }
      const connection = new Alone()
      const ran = connection.run(stream, 'opener')
      stream.push(Buffer.of(0xff))
      await turns(3)
      const sent = connection.transmit(Buffer.from('lost'))
      await turns(3)
      if (!pipeline) stream.push(Buffer.of(0xff))
      expect(await rejection(sent)).to.deep.include({
        code: 'CONNECTION_BROKEN',
        detail: { system: 'EPIPE' },
      })
      expect(await rejection(ran)).to.have.property('code', 'CONNECTION_BROKEN')
    })
  }

  it('keeps no byte of what arrives after it has failed', async () => {
    const clock = new ManualClock()
    await using ends = await serverWithPeer(Witness, { clock })
    await ends.peer.open()
    await ends.peer.send('f1000000').expect('00')
    expect(await ends.peer.ended).to.equal('fin')
    const before = process.memoryUsage().arrayBuffers
    const part = Buffer.alloc(1_000_000)
    for (let sent = 0; sent < 300; sent++) await new Promise((resolve) => ends.peer.socket.write(part, resolve))
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(150_000_000)
    expect(codeOf(await clock.passUntil(ends.server.first.over))).to.equal('MESSAGE_TOO_LARGE')
  })
})

describe('a half-closed connection', () => {
  it('delivers whole messages that arrived before the end although the hook was busy and the inbox full', async () => {
    const gate = new Gate()
    class Slow extends Witness {
      protected override async transmissionReceived(message: Buffer): Promise<void> {
        await gate.pass()
        void super.transmissionReceived(message)
      }
    }
    await using ends = await serverWithPeer(Slow, { maxInboxMessages: 1 })
    await ends.peer.open()
    ends.peer.send('00000001 61 00000001 62 00000001 63 00000001 64').fin()
    await gate.reached
    await turns(5)
    gate.open()
    expect(codeOf(await ends.server.first.over)).to.equal(undefined)
    expect(ends.server.first.messages.join('')).to.equal('abcd')
  })

  it('finishes the payload that had its OK, and refuses what would need another', async () => {
    await using ends = await clientWithPeer(Witness, { highWaterMarkBytes: 65_536 })
    const connection = await opened(ends)
    const large = lcg32(5, 10_000_000)
    const sent = connection.transmit(large)
    const next = connection.transmit(Buffer.from('next'))
    await ends.peer.expect('00989680')
    ends.peer.socket.pause()
    ends.peer.send('ff').fin()
    await turns(10)
    ends.peer.socket.resume()
    expect(await rejection(next)).to.have.property('code', 'REMOTE_ENDED')
    expect((await ends.peer.read(large.length)).equals(large)).to.equal(true)
    await sent
    expect(await ends.peer.ended).to.equal('fin')
    expect(codeOf(await connection.over)).to.equal(undefined)
  })

  for (const framing of ['length', 'line', 'json'] as const) {
    it(`with framing ${framing} still answers what came before the end`, async () => {
      await using ends = await serverWithPeer(Echo, { framing })
      const said = { length: '00000003 22 61 22', line: '22 61 22 0a', json: '22 61 22 0a' }[framing]
      ends.peer.send(said).fin()
      await ends.peer.expect(said)
      expect(await ends.peer.ended).to.equal('fin')
      expect(codeOf(await ends.server.first.over)).to.equal(undefined)
    })
  }
})
