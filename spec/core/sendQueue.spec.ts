import { expect } from 'chai'
import { Connection } from '@/core/connection.js'
import type { Plugin } from '@/core/plugin.js'
import { seal } from '@/core/plugins/seal.js'
import { opened } from '../support/opened.js'
import { clientWithPeer, connectedPair } from '../support/pair.js'
import { RawListener, RawPeer } from '../support/rawPeer.js'
import { rejection } from '../support/rejection.js'
import { Bare, Witness } from '../support/witness.js'

/** Numbers each message it sees, and is angry about a gap. */
class Numbering implements Plugin {
  #sent = 0
  #seen = 0
  outbound(message: Uint8Array): Uint8Array {
    return Buffer.concat([Buffer.of(this.#sent++), message])
  }
  inbound(message: Uint8Array): Uint8Array {
    if (message[0] !== this.#seen++) throw new Error(`number ${message[0]} after ${this.#seen - 2}`)
    return message.subarray(1)
  }
}

describe('messages that go through plugins', () => {
  it('are seen by them only when they leave: those refused for want of room leave no gap', async () => {
    const both = { plugins: [Numbering], maxOutboxMessages: 2 }
    await using pair = await connectedPair({ serves: Witness, connects: Bare, both })
    const sent = ['a', 'b', 'c', 'd'].map((text) => pair.connected.transmit(Buffer.from(text)))
    const outcomes = await Promise.allSettled(sent)
    expect(outcomes.map(({ status }) => status)).to.deep.equal(['fulfilled', 'fulfilled', 'rejected', 'rejected'])
    await pair.connected.transmit(Buffer.from('e'))
    expect((await pair.served.arrived(3)).join('')).to.equal('abe')
  })

  it('and are taken back by their signal leave no gap either', async () => {
    await using pair = await connectedPair({ serves: Witness, connects: Bare, both: { plugins: [Numbering] } })
    const controller = new AbortController()
    const first = pair.connected.transmit(Buffer.from('a'))
    const second = pair.connected.transmit(Buffer.from('b'), { signal: controller.signal })
    const third = pair.connected.transmit(Buffer.from('c'))
    controller.abort()
    expect(await rejection(second)).to.have.property('code', 'ABORTED')
    await Promise.all([first, third])
    expect((await pair.served.arrived(2)).join('')).to.equal('ac')
  })

  it('given before the greetings of plugins are exchanged leave after them, in order, as they were when given', async () => {
    class Early extends Bare {
      protected override async preLoop(): Promise<void> {
        await this.transmit(Buffer.from('in preLoop'))
      }
    }
    const both = { plugins: [seal({ key: new Uint8Array(32).fill(7) })] }
    await using pair = await connectedPair({ serves: Witness, connects: Early, both })
    const bytes = Buffer.from('first')
    const sent = [pair.connected.transmit(bytes), pair.connected.transmit(Buffer.from('second'))]
    bytes.fill(0x21)
    await Promise.all(sent)
    expect((await pair.served.arrived(3)).join()).to.equal('in preLoop,first,second')
  })

  it('given before the opening leave before those of preLoop', async () => {
    await using listener = await RawListener.open()
    const raw = RawPeer.connect(listener.port)
    const peer = await listener.next()
    class Early extends Connection {
      constructor() {
        super({ plugins: [Numbering], pipeline: true })
      }
      protected override preLoop(): void {
        void this.transmit(Buffer.from('b'))
      }
    }
    const connection = new Early()
    const ran = connection.run((await raw).socket.removeAllListeners(), 'opener')
    const bytes = Buffer.from('a')
    void connection.transmit(bytes)
    bytes.fill(0x21)
    await peer.expect('ff')
    await peer.send('ff').expect('00000002 00 61 00000002 01 62')
    peer.send('ff ff').fin()
    await ran
  })

  it('fail alone when a plugin cannot write them, and the connection goes on', async () => {
    const picky: Plugin = {
      outbound: (message) => {
        if (message.length === 3) throw new Error('not three')
        return message
      },
      inbound: (message) => message,
    }
    await using ends = await clientWithPeer(Bare, { plugins: [picky] })
    const connection = await opened(ends)
    const sent = ['a', 'abc', 'b'].map((text) => connection.transmit(Buffer.from(text)))
    await ends.peer.expect('00000001')
    await ends.peer.send('ff').expect('61 00000001')
    await ends.peer.send('ff').expect('62')
    const [first, second, third] = await Promise.allSettled(sent)
    expect([first?.status, third?.status]).to.deep.equal(['fulfilled', 'fulfilled'])
    expect(second).to.have.nested.property('reason.code', 'PLUGIN_FAILED')
  })

  it('that a plugin cannot read end the connection with PLUGIN_REJECTED', async () => {
    const deaf: Plugin = {
      outbound: (message) => message,
      inbound: () => {
        throw new Error('what?')
      },
    }
    await using pair = await connectedPair({ serves: Witness, connects: Witness, server: { plugins: [deaf] } })
    void pair.connected.transmit(Buffer.from('a'))
    expect(await pair.served.over).to.deep.include({ code: 'PLUGIN_REJECTED', fault: 'remote' })
  })

  it('cannot be streamed', async () => {
    await using pair = await connectedPair({ serves: Bare, connects: Bare, both: { plugins: [Numbering] } })
    expect(await rejection(pair.connected.transmitStream([], 0))).to.have.property('code', 'STREAM_WITH_PLUGINS')
  })
})
