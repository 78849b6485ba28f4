import { expect } from 'chai'
import { MemoryBudget } from '@/core/memoryBudget.js'
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

describe('MemoryBudget', () => {
  const waiter = (log: string[], name: string): { budgetFreed: () => void } => ({ budgetFreed: () => log.push(name) })

  it('has room while bytes and pieces are below their bounds', () => {
    const budget = new MemoryBudget(100, 2)
    expect([budget.hasRoomFor(100), budget.hasRoomFor(101)]).to.deep.equal([true, false])
    budget.take(60, 1)
    expect([budget.hasRoomFor(40), budget.hasRoomFor(41)]).to.deep.equal([true, false])
    budget.take(0, 1)
    expect([budget.hasRoomFor(0), budget.bytes, budget.pieces]).to.deep.equal([false, 60, 2])
    budget.give(60, 2)
    expect([budget.hasRoomFor(100), budget.bytes, budget.pieces]).to.deep.equal([true, 0, 0])
  })

  it('wakes each who waits once, in order, after something is given back and not within it', async () => {
    const budget = new MemoryBudget(100, 2)
    const log: string[] = []
    budget.wait(waiter(log, 'a'))
    budget.wait(waiter(log, 'b'))
    budget.give(0, 0)
    budget.give(0, 0)
    expect(log).to.deep.equal([])
    await turns()
    expect(log).to.deep.equal(['a', 'b'])
    budget.give(0, 0)
    await turns()
    expect(log).to.have.length(2)
  })

  it('lets who waits again while woken wait for the next time', async () => {
    const budget = new MemoryBudget(100, 2)
    const log: string[] = []
    const again = { budgetFreed: (): void => (log.push('again'), budget.wait(again)) }
    budget.wait(again)
    budget.give(0, 0)
    await turns(3)
    expect(log).to.deep.equal(['again'])
    budget.give(0, 0)
    await turns()
    expect(log).to.deep.equal(['again', 'again'])
  })

  it('keeps half of its bytes and pieces for those who hold nothing', () => {
    const budget = new MemoryBudget(100, 10)
    expect([budget.hasRoomFor(50, true), budget.hasRoomFor(51, true), budget.hasRoomFor(100)]).to.deep.equal([
      true,
      false,
      true,
    ])
    budget.take(10, 5)
    expect([budget.hasRoomFor(1, true), budget.hasRoomFor(90), budget.hasRoomFor(91)]).to.deep.equal([
      false,
      true,
      false,
    ])
  })

  it('promises large messages half of it, and a quarter to one address; one may always be', () => {
    const budget = new MemoryBudget(1_000_000, 10)
    expect(budget.mayPromise(900_000, 'a')).to.equal(true)
    budget.promise(200_000, 'a')
    expect(budget.mayPromise(70_000, 'a')).to.equal(false)
    expect(budget.mayPromise(300_000, 'b')).to.equal(true)
    budget.promise(250_000, 'b')
    expect(budget.mayPromise(70_000, 'c')).to.equal(false)
    expect(budget.mayPromise(66_000, '')).to.equal(false)
    budget.fulfil(200_000, 'a')
    expect(budget.mayPromise(250_000, 'c')).to.equal(true)
    budget.promise(70_000, '')
    expect(budget.mayPromise(70_000, '')).to.equal(true)
    budget.fulfil(70_000, '')
    budget.fulfil(250_000, 'b')
    expect(budget.mayPromise(1_000_000, 'b')).to.equal(true)
    expect(budget.bytes).to.equal(0)
  })

  it('of one connection allows what its own limits allow twice over', () => {
    const budget = MemoryBudget.ofOne({ maxMessageBytes: 10, maxInboxBytes: 5 })
    expect(budget.maxBytes).to.equal(30)
  })
})

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

  it('is not taken by those who announce and send nothing: small messages and other addresses have their share', async () => {
    const options = { maxMemoryBytes: 1_048_576, maxMessageBytes: 262_144 }
    await using ends = await serverWithPeer(Witness, options)
    const port = portOfServer(ends.server)
    const [announced, small] = ['00030d40', '0000ea60']
    await ends.peer.open()
    await ends.peer.send(announced).expect('ff')
    await using second = await RawPeer.connect(port)
    await second.open()
    second.send(announced)
    await using small1 = await RawPeer.connect(port)
    await small1.open()
    await small1.send(small).expect('ff')
    await using other = await RawPeer.connect(port, '127.0.0.2')
    await other.open()
    await other.send(announced).expect('ff')
    await using third = await RawPeer.connect(port, '127.0.0.3')
    await third.open()
    third.send(announced)
    await turns(10)
    expect([second.unread, third.unread]).to.deep.equal(['', ''])
    ends.peer.send(lcg32(7, 200_000))
    await second.expect('ff')
    expect(third.unread).to.equal('')
    other.rst()
    await third.expect('ff')
  })

  it('has half of it left for connections that hold nothing, however much others have sent', async () => {
    const gate = new Gate()
    class Stuck extends Witness {
      protected override transmissionReceived(): Promise<void> {
        return gate.pass()
      }
    }
    await using ends = await serverWithPeer(Stuck, { maxMemoryBytes: 131_072 })
    await using other = await RawPeer.connect(portOfServer(ends.server))
    await ends.peer.open()
    await other.open()
    await ends.peer.send(framed(10)).expect('ff')
    await gate.reached
    await ends.peer.send(framed(40_000)).expect('ff')
    ends.peer.send(framed(30_000))
    await other.send(framed(10)).expect('ff')
    await other.send(framed(60_000)).expect('ff')
    expect(ends.peer.unread).to.equal('')
    gate.open()
    await ends.peer.expect('ff')
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
    await using ends = await serverWithPeer(Slow, { maxMemoryPieces: 6 })
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
