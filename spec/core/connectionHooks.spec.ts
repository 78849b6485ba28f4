import { expect } from 'chai'
import { codeOf } from '../support/codeOf.js'
import { Gate } from '../support/gate.js'
import { ManualClock } from '../support/manualClock.js'
import { connectedPair, portOfServer, serverWithPeer } from '../support/pair.js'
import { RawPeer } from '../support/rawPeer.js'
import { turns } from '../support/turns.js'
import { Bare, Echo, Witness } from '../support/witness.js'

/** Notes whenever a hook begins while another has not ended, each hook taking `pauses` turns of microtasks. */
abstract class Exclusive extends Witness {
  overlaps: string[] = []
  #running: string | undefined

  protected async alone(hook: string, pauses: number): Promise<void> {
    if (this.#running !== undefined) this.overlaps.push(`${hook} inside ${this.#running}`)
    this.#running = hook
    for (let pause = 0; pause < pauses; pause++) await Promise.resolve()
    this.#running = undefined
  }
}

describe('the hooks of a connection', () => {
  it('run as preLoop, then each message and a loopPass, then postLoop, once each', async () => {
    class Passing extends Witness {
      protected override loopPass(): void {
        this.log.push('loopPass')
      }
    }
    await using ends = await serverWithPeer(Passing, { clock: new ManualClock() })
    await ends.peer.open()
    await ends.peer.send('00000001').expect('ff')
    await ends.peer.send('61 00000002').expect('ff')
    ends.peer.send('6263').fin()
    await ends.server.first.over
    expect(ends.server.first.log).to.deep.equal(['preLoop', '1', 'loopPass', '2', 'loopPass', 'postLoop'])
  })

  it('loopPass runs at each tick while nothing happens, and never before preLoop is done', async () => {
    const clock = new ManualClock()
    let passes = 0
    const gate = new Gate()
    class Passing extends Bare {
      protected override preLoop(): Promise<void> {
        return gate.pass()
      }
      protected override loopPass(): void {
        passes++
      }
    }
    await using ends = await serverWithPeer(Passing, { clock, tickMs: 30 })
    await ends.peer.open()
    await gate.reached
    clock.advance(300)
    expect(passes).to.equal(0)
    gate.open()
    await turns()
    const first = passes
    clock.advance(300)
    expect(passes - first).to.equal(10)
  })

  it('a class without loopPass has no tick', async () => {
    const clock = new ManualClock()
    await using ends = await serverWithPeer(Witness, { clock })
    await ends.peer.open()
    expect(clock.pending).to.equal(1)
  })

  it('are never two at a time, with preLoop, messages, passes and receive() all asynchronous', async () => {
    const clock = new ManualClock()
    class Busy extends Exclusive {
      protected override preLoop(): Promise<void> {
        return this.alone('preLoop', 5)
      }
      protected override async transmissionReceived(message: Buffer): Promise<void> {
        void super.transmissionReceived(message)
        await this.alone('transmissionReceived', 3)
      }
      protected override loopPass(): Promise<void> {
        return this.alone('loopPass', 2)
      }
    }
    await using pair = await connectedPair({ serves: Busy, connects: Bare, both: { clock, pipeline: true } })
    for (let at = 0; at < 200; at++) {
      void pair.connected.transmit(Buffer.alloc(at % 7))
      if (at % 20 === 0) await turns()
      clock.advance(10)
    }
    await pair.served.arrived(200)
    expect(pair.served.overlaps).to.deep.equal([])
  })

  it('loopPass does not run beside the hook of a message that waited for preLoop', async () => {
    const gate = new Gate()
    class Late extends Exclusive {
      protected override preLoop(): Promise<void> {
        return gate.pass()
      }
      protected override async transmissionReceived(message: Buffer): Promise<void> {
        await this.alone('transmissionReceived', 5)
        void super.transmissionReceived(message)
      }
      protected override loopPass(): Promise<void> {
        return this.alone('loopPass', 5)
      }
    }
    await using ends = await serverWithPeer(Late, { clock: new ManualClock(), maxFirstMessageBytes: 1 })
    await ends.peer.open()
    ends.peer.send('00000002 6162')
    await gate.reached
    await turns(5)
    gate.open()
    await ends.peer.expect('ff')
    await ends.server.first.arrived(1)
    await turns()
    expect(ends.server.first.overlaps).to.deep.equal([])
  })

  it('a hook that takes the next message by receive() has returned before the one after it is handed on', async () => {
    class Pairs extends Exclusive {
      readonly pairs: string[] = []
      #busy = false
      protected override transmissionReceived(message: Buffer): void {
        if (this.#busy) this.overlaps.push(`${String(message)} inside another`)
        this.#busy = true
        if (String(message) === 'a') void this.receive().then((next) => this.pairs.push(`a${String(next)}`))
        else this.pairs.push(String(message))
        this.#busy = false
        if (String(message) !== 'a') void super.transmissionReceived(message)
      }
    }
    const gate = new Gate()
    class Late extends Pairs {
      protected override preLoop(): Promise<void> {
        return gate.pass()
      }
    }
    await using ends = await serverWithPeer(Late, { maxInboxMessages: 2 })
    await ends.peer.open()
    ends.peer.send('00000001 61 00000001 62 00000001 63 00000001 64')
    await gate.reached
    await turns(5)
    gate.open()
    await ends.peer.expect('ff ff ff ff')
    await ends.server.first.arrived(2)
    expect(ends.server.first.overlaps).to.deep.equal([])
    expect(ends.server.first.pairs).to.have.members(['ab', 'c', 'd'])
  })

  for (const hook of ['preLoop', 'transmissionReceived', 'loopPass', 'postLoop', 'transmissionOffered'] as const) {
    for (const how of ['throws', 'rejects'] as const) {
      it(`${hook} that ${how} ends its own connection with HOOK_FAILED, and no other`, async () => {
        let clumsy = true
        const fail = (name: string): void | Promise<void> => {
          if (name !== hook || !clumsy) return
          if (how === 'throws') throw new Error('clumsy')
          return Promise.reject(new Error('clumsy'))
        }
        class Clumsy extends Witness {
          readonly #clumsy = clumsy
          #fail(name: string): void | Promise<void> {
            if (this.#clumsy) return fail(name)
          }
          protected override preLoop(): void | Promise<void> {
            return this.#fail('preLoop')
          }
          protected override transmissionReceived(message: Buffer): void | Promise<void> {
            void super.transmissionReceived(message)
            return this.#fail('transmissionReceived')
          }
          protected override loopPass(): void | Promise<void> {
            return this.#fail('loopPass')
          }
          protected override transmissionOffered(): boolean | Promise<boolean> {
            const failed = this.#fail('transmissionOffered')
            return failed === undefined ? true : failed.then(() => true)
          }
          protected override postLoop(cause: Error | undefined): void | Promise<void> {
            void super.postLoop(cause)
            return this.#fail('postLoop')
          }
        }
        await using ends = await serverWithPeer(Clumsy)
        await ends.peer.expect('ff')
        clumsy = false
        await using other = await RawPeer.connect(portOfServer(ends.server))
        await other.open()
        clumsy = true
        ends.peer.send('ff 00000001 61').fin()
        await ends.peer.ended
        expect(codeOf(await ends.server.first.over)).to.equal(hook === 'postLoop' ? undefined : 'HOOK_FAILED')
        await turns(2)
        expect(ends.server.activeConnections.size).to.equal(1)
        await other.send('00000001').expect('ff')
        other.send('62')
        const [, second] = ends.server.made
        expect(String(await second?.arrived(1))).to.equal('b')
      })
    }
  }

  it('a slow hook withholds the OK of the message that finds no room, until it returns', async () => {
    const gate = new Gate()
    class Slow extends Witness {
      protected override transmissionReceived(message: Buffer): Promise<void> {
        void super.transmissionReceived(message)
        return gate.pass()
      }
    }
    await using ends = await serverWithPeer(Slow, { maxInboxMessages: 2 })
    await ends.peer.open()
    ends.peer.send('00000001 61 00000001 62 00000001 63 00000001 64')
    await ends.peer.expect('ff ff ff')
    await turns(10)
    expect(ends.peer.unread).to.equal('')
    gate.open()
    await ends.peer.expect('ff')
  })

  it('a hook that returns makes room for one more OK, though many messages still wait', async () => {
    const gates: Gate[] = []
    class Slow extends Bare {
      protected override transmissionReceived(): Promise<void> {
        const gate = new Gate()
        gates.push(gate)
        return gate.pass()
      }
    }
    await using ends = await serverWithPeer(Slow, { maxInboxMessages: 3 })
    await ends.peer.open()
    await ends.peer.send('00000001 61'.repeat(8)).expect('ff ff ff ff')
    for (let handled = 0; handled < 4; handled++) {
      gates[handled]?.open()
      await ends.peer.expect('ff')
      await turns(3)
      expect([ends.peer.unread, gates.length]).to.deep.equal(['', handled + 2])
    }
    ends.server.first.destroy()
    for (const gate of gates) gate.open()
  })

  it('that transmit at both ends, and wait for it, do not wait for each other', async () => {
    class PingPong extends Witness {
      protected override async transmissionReceived(message: Buffer): Promise<void> {
        void super.transmissionReceived(message)
        const left = message.readUInt16BE()
        if (left > 0) await this.transmit(Buffer.of((left - 1) >> 8, (left - 1) & 255))
      }
    }
    await using pair = await connectedPair({ serves: PingPong, connects: PingPong, both: { maxInboxMessages: 50 } })
    const starts = Array.from({ length: 20 }, () => Buffer.of(1, 0))
    void Promise.all(starts.flatMap((start) => [pair.connected.transmit(start), pair.served.transmit(start)]))
    await Promise.all([pair.connected.arrived(2_570), pair.served.arrived(2_570)])
  })

  it('that echo to a peer that only sends and reads get nothing lost and nothing doubled', async () => {
    await using pair = await connectedPair({ serves: Echo, connects: Witness, both: { pipeline: 4_096 } })
    const sent = Array.from({ length: 3_000 }, (_, at) => Buffer.from(String(at)))
    void Promise.all(sent.map((message) => pair.connected.transmit(message)))
    const back = await pair.connected.arrived(sent.length)
    expect(back.map(String)).to.deep.equal(sent.map(String))
  })
})
