import { expect } from 'chai'
import { codeOf } from '../support/codeOf.js'
import { Gate } from '../support/gate.js'
import { lcg32 } from '../support/lcg32.js'
import { portOfServer, serverWithPeer } from '../support/pair.js'
import { RawPeer } from '../support/rawPeer.js'
import { turns } from '../support/turns.js'
import { Bare, Witness } from '../support/witness.js'

/** A message with its length, as hex. */
const framed = (size: number): Buffer => {
  const frame = Buffer.alloc(4 + size)
  frame.writeUInt32BE(size)
  frame.set(lcg32(7, size), 4)
  return frame
}

describe('the memory budget of a server', () => {
  it('makes a message wait while others hold it, and lets it come when they let go', async () => {
    const gate = new Gate()
    class Slow extends Witness {
      protected override async transmissionReceived(message: Buffer): Promise<void> {
        if (message.length > 60_000) await gate.pass()
        void super.transmissionReceived(message)
      }
    }
    await using ends = await serverWithPeer(Slow, { maxMemoryBytes: 65_536, maxMessageBytes: 65_536 })
    await using other = await RawPeer.connect(portOfServer(ends.server))
    await ends.peer.open()
    await other.open()
    // the first is being handled, so the second is held in the inbox
    await ends.peer.send(framed(65_000)).expect('ff')
    await gate.reached
    await ends.peer.send(framed(65_000)).expect('ff')
    other.send('0000fde8')
    await turns(10)
    expect(other.unread).to.equal('')
    gate.open()
    await other.expect('ff')
    other.send(lcg32(7, 65_000))
    const [, second] = ends.server.made
    expect((await second?.arrived(1))?.[0]).to.have.length(65_000)
  })

  it('refuses with MEMORY_LIMIT what it could never hold', async () => {
    await using ends = await serverWithPeer(Witness, { maxMemoryBytes: 65_536 })
    await ends.peer.open()
    await ends.peer.send('00010001').expect('00')
    ends.peer.fin()
    expect(codeOf(await ends.server.first.over)).to.equal('MEMORY_LIMIT')
  })

  it('is given back by a connection that ends with messages nobody has taken', async () => {
    await using ends = await serverWithPeer(Bare, { maxMemoryBytes: 65_536, maxMessageBytes: 65_536 })
    for (let round = 0; round < 5; round++) {
      await using peer = await RawPeer.connect(portOfServer(ends.server))
      await peer.open()
      await peer.send(framed(60_000)).expect('ff')
      await peer.fin().ended
    }
  })

  it('of pieces is a bound of its own: messages beyond it wait', async () => {
    const gate = new Gate()
    class Slow extends Witness {
      protected override async transmissionReceived(message: Buffer): Promise<void> {
        await gate.pass()
        void super.transmissionReceived(message)
      }
    }
    await using ends = await serverWithPeer(Slow, { maxMemoryPieces: 3 })
    await ends.peer.open()
    ends.peer.send(Buffer.concat(Array.from({ length: 10 }, () => framed(1))))
    await ends.peer.expect('ff ff ff ff')
    await turns(10)
    expect(ends.peer.unread).to.equal('')
    gate.open()
    await ends.peer.expect('ff ff ff ff ff ff')
    await ends.server.first.arrived(10)
  })
})
