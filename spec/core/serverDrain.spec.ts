import { expect } from 'chai'
import { codeOf } from '../support/codeOf.js'
import { Gate } from '../support/gate.js'
import { ManualClock } from '../support/manualClock.js'
import { portOfServer, serverWithPeer } from '../support/pair.js'
import { RawPeer } from '../support/rawPeer.js'
import { rejection } from '../support/rejection.js'
import { turns } from '../support/turns.js'
import { Bare, Echo, Witness } from '../support/witness.js'

describe('drain', () => {
  it('of a server without connections reports nothing and resolves', async () => {
    await using ends = await serverWithPeer(Bare)
    await ends.peer[Symbol.asyncDispose]()
    await turns(3)
    expect(await ends.server.drain()).to.deep.equal({ finished: 0, refused: 0, cut: 0 })
  })

  for (const framing of ['handshake', 'length', 'line', 'json'] as const) {
    it(`closes idle connections with framing ${framing} at once and counts them as finished`, async () => {
      const clock = new ManualClock()
      await using ends = await serverWithPeer(Witness, { framing, clock })
      if (framing === 'handshake') await ends.peer.open()
      while (ends.server.made[0]?.phase !== 'open') await turns()
      const drained = ends.server.drain({ deadlineMs: 1_000 })
      expect(await ends.peer.ended).to.equal('fin')
      ends.peer.fin()
      expect(await drained).to.deep.equal({ finished: 1, refused: 0, cut: 0 })
    })

    it(`lets a message with framing ${framing} that has begun be finished and answered`, async () => {
      const [begun, rest] = {
        handshake: ['00000003 22', '61 22'],
        length: ['00000003 22', '61 22'],
        line: ['22', '61 22 0a'],
        json: ['22', '61 22 0a'],
      }[framing]
      const clock = new ManualClock()
      await using ends = await serverWithPeer(Echo, { framing, clock })
      if (framing === 'handshake') await ends.peer.open()
      ends.peer.send(begun ?? '')
      if (framing === 'handshake') await ends.peer.expect('ff')
      await turns(5)
      const drained = ends.server.drain({ deadlineMs: 1_000 })
      await turns(3)
      ends.peer.send(rest ?? '')
      await ends.server.first.arrived(1)
      if (framing === 'handshake') await (await ends.peer.expect('00000003')).send('ff').expect('22 61 22')
      else await ends.peer.expect(framing === 'length' ? '00000003 22 61 22' : '22 61 22 0a')
      expect(await ends.peer.ended).to.equal('fin')
      ends.peer.fin()
      expect(await drained).to.deep.equal({ finished: 1, refused: 0, cut: 0 })
    })
  }

  it('closes a connection that has not opened at once, since nothing has begun', async () => {
    const clock = new ManualClock()
    await using ends = await serverWithPeer(Bare, { clock })
    await ends.peer.expect('ff')
    const drained = ends.server.drain({ deadlineMs: 1_000 })
    expect(await ends.peer.ended).to.equal('fin')
    ends.peer.fin()
    expect(await drained).to.deep.equal({ finished: 1, refused: 0, cut: 0 })
  })

  it('refuses what is announced meanwhile, tells the other end, and counts it as refused', async () => {
    const gate = new Gate()
    class Slow extends Witness {
      protected override async transmissionReceived(message: Buffer): Promise<void> {
        await gate.pass()
        void super.transmissionReceived(message)
      }
    }
    await using ends = await serverWithPeer(Slow)
    await ends.peer.open()
    await ends.peer.send('00000001').expect('ff')
    ends.peer.send('61')
    await gate.reached
    const drained = ends.server.drain()
    await ends.peer.send('00000001').expect('00')
    gate.open()
    ends.peer.fin()
    expect(await drained).to.deep.equal({ finished: 0, refused: 1, cut: 0 })
    expect(codeOf(await ends.server.first.over)).to.equal('DRAINING')
    expect(String(ends.server.first.messages)).to.equal('a')
  })

  it('cuts what is left at the deadline, and the cut says why', async () => {
    const clock = new ManualClock()
    await using ends = await serverWithPeer(Witness, { clock })
    await ends.peer.open()
    await ends.peer.send('00000003 61').expect('ff')
    await using waiting = await RawPeer.connect(portOfServer(ends.server))
    await waiting.open()
    const [, second] = ends.server.made
    const sent = second?.transmit(Buffer.from('x')) ?? Promise.resolve()
    await waiting.expect('00000001')
    const drained = ends.server.drain({ deadlineMs: 500 })
    await turns(3)
    clock.advance(499)
    expect(ends.server.activeConnections.size).to.equal(2)
    clock.advance(1)
    expect(await drained).to.deep.equal({ finished: 0, refused: 0, cut: 2 })
    expect(codeOf(await ends.server.first.over)).to.equal('CLOSE_TIMEOUT')
    expect(await rejection(sent)).to.have.property('code', 'CLOSE_TIMEOUT')
  })

  it('stops accepting at once, and the server can be started again', async () => {
    await using ends = await serverWithPeer(Witness)
    await ends.peer.open()
    await ends.peer.send('00000003 61').expect('ff')
    const port = portOfServer(ends.server)
    const drained = ends.server.drain()
    await turns(2)
    const refused = await RawPeer.connect(port).then(
      () => 'connected',
      () => 'refused',
    )
    expect(refused).to.equal('refused')
    ends.peer.send('6263').fin()
    await drained
    await ends.server.start()
    await using peer = await RawPeer.connect(portOfServer(ends.server))
    await peer.open()
  })
})
