import { expect } from 'chai'
import type { Readable } from 'node:stream'
import { codeOf } from '../support/codeOf.js'
import { Gate } from '../support/gate.js'
import { lcg32 } from '../support/lcg32.js'
import { serverWithPeer } from '../support/pair.js'
import { rejection } from '../support/rejection.js'
import { turns } from '../support/turns.js'
import { Witness } from '../support/witness.js'

/** A witness whose answer to an offer is what the spec says. */
const offering = (answer: (size: number) => boolean | Promise<boolean>): (new () => Witness) =>
  class extends Witness {
    protected override transmissionOffered(size: number): boolean | Promise<boolean> {
      return answer(size)
    }
  }

/** A message with its length, as hex. */
const framed = (size: number): Buffer => {
  const frame = Buffer.alloc(4 + size)
  frame.writeUInt32BE(size)
  frame.set(lcg32(7, size), 4)
  return frame
}

describe('consent', () => {
  it('is asked for each announced message before any byte of it is answered', async () => {
    const asked: number[] = []
    const handler = offering((size) => {
      asked.push(size)
      return true
    })
    await using ends = await serverWithPeer(handler)
    await ends.peer.open()
    await ends.peer.send('00000003').expect('ff')
    expect(asked).to.deep.equal([3])
    await ends.peer.send('616263 00000000').expect('ff')
    await ends.server.first.arrived(2)
    expect(asked).to.deep.equal([3, 0])
  })

  it('that says no answers 00, closes, and tells the size', async () => {
    await using ends = await serverWithPeer(offering((size) => size < 3))
    await ends.peer.open()
    await ends.peer.send('00000003').expect('00')
    expect(await ends.peer.fin().ended).to.equal('fin')
    expect(await ends.server.first.over).to.deep.include({ code: 'MESSAGE_DECLINED', fault: 'local' })
    expect(ends.server.first.messages).to.deep.equal([])
  })

  it('that is a promise withholds the answer until it says yes, and then the message comes', async () => {
    const gate = new Gate()
    const handler = offering(() => gate.pass().then(() => true))
    await using ends = await serverWithPeer(handler)
    await ends.peer.open()
    ends.peer.send('00000001')
    await gate.reached
    await turns(5)
    expect(ends.peer.unread).to.equal('')
    gate.open()
    await ends.peer.expect('ff')
    ends.peer.send('61')
    expect(String(await ends.server.first.arrived(1))).to.equal('a')
  })

  it('that is a promise of no answers 00 and closes', async () => {
    await using ends = await serverWithPeer(offering(() => Promise.resolve(false)))
    await ends.peer.open()
    await ends.peer.send('00000001').expect('00')
    expect(await ends.peer.fin().ended).to.equal('fin')
    expect(codeOf(await ends.server.first.over)).to.equal('MESSAGE_DECLINED')
  })

  it('that comes after the connection has ended changes nothing', async () => {
    const gate = new Gate()
    const handler = offering(() => gate.pass().then(() => true))
    await using ends = await serverWithPeer(handler)
    await ends.peer.open()
    ends.peer.send('00000001')
    await gate.reached
    ends.server.first.destroy()
    await ends.server.first.over
    gate.open()
    await turns(3)
    expect(ends.peer.unread).to.equal('')
  })

  it('by promise lets a peer that sends without waiting go on, also beyond what is kept unread', async () => {
    const handler = offering(() => new Promise((resolve) => setImmediate(() => resolve(true))))
    await using ends = await serverWithPeer(handler)
    await ends.peer.open()
    const frames = Array.from({ length: 40 }, () => framed(10_000))
    ends.peer.send(Buffer.concat(frames))
    await ends.peer.expect('ff'.repeat(40))
    const messages = await ends.server.first.arrived(40)
    expect(messages.every((message) => message.equals(lcg32(7, 10_000)))).to.equal(true)
  })

  it('may accept what is above maxMessageBytes', async () => {
    await using ends = await serverWithPeer(
      offering(() => true),
      { maxMessageBytes: 10 },
    )
    await ends.peer.open()
    await ends.peer.send(framed(100)).expect('ff')
    expect((await ends.server.first.arrived(1))[0]).to.have.length(100)
  })
})

describe('until preLoop is done', () => {
  it('a message above maxFirstMessageBytes waits for its answer, and comes afterwards', async () => {
    const gate = new Gate()
    class Late extends Witness {
      protected override preLoop(): Promise<void> {
        return gate.pass()
      }
    }
    await using ends = await serverWithPeer(Late, { maxFirstMessageBytes: 5 })
    await ends.peer.open()
    await ends.peer.send(framed(5)).expect('ff')
    ends.peer.send('00000006')
    await gate.reached
    await turns(5)
    expect(ends.peer.unread).to.equal('')
    gate.open()
    await ends.peer.expect('ff')
    ends.peer.send('616263646566')
    expect((await ends.server.first.arrived(2)).map(String)[1]).to.equal('abcdef')
  })

  for (const when of ['before', 'after'] as const) {
    it(`one for which receive() has waited since ${when} its length came is refused`, async () => {
      const gate = new Gate()
      class Asking extends Witness {
        protected override async preLoop(): Promise<void> {
          if (when === 'after') await gate.pass()
          await this.receive()
        }
      }
      await using ends = await serverWithPeer(Asking, { maxFirstMessageBytes: 5 })
      await ends.peer.open()
      ends.peer.send('00000006')
      if (when === 'after') {
        await gate.reached
        await turns(5)
        gate.open()
      }
      await ends.peer.expect('00')
      ends.peer.fin()
      expect(codeOf(await ends.server.first.over)).to.equal('MESSAGE_TOO_LARGE')
    })
  }

  it('receive() takes a message away from the loop', async () => {
    class Login extends Witness {
      name = ''
      protected override async preLoop(): Promise<void> {
        this.name = String(await this.receive())
      }
    }
    await using ends = await serverWithPeer(Login)
    await ends.peer.open()
    await ends.peer.send('00000002 6d65 00000001 78').expect('ff ff')
    await ends.server.first.arrived(1)
    expect([ends.server.first.name, String(ends.server.first.messages)]).to.deep.equal(['me', 'x'])
  })
})

describe('a message above maxMessageBytes', () => {
  class Streaming extends Witness {
    readonly streams: Buffer[] = []
    protected override async transmissionStream(size: number, readable: Readable): Promise<void> {
      const chunks: Buffer[] = []
      for await (const chunk of readable) chunks.push(chunk)
      this.log.push(`stream ${size}`)
      this.streams.push(Buffer.concat(chunks))
    }
  }

  it('goes to an overridden transmissionStream, in its place among the others', async () => {
    await using ends = await serverWithPeer(Streaming, { maxMessageBytes: 1_000 })
    await ends.peer.open()
    ends.peer.send(Buffer.concat([framed(1), framed(200_000), framed(2), framed(1_001), framed(3)])).fin()
    expect(codeOf(await ends.server.first.over)).to.equal(undefined)
    const { log, streams } = ends.server.first
    expect(log).to.deep.equal(['preLoop', '1', 'stream 200000', '2', 'stream 1001', '3', 'postLoop'])
    expect(streams.every((stream) => stream.equals(lcg32(7, stream.length)))).to.equal(true)
  })

  it('is refused above maxStreamBytes', async () => {
    await using ends = await serverWithPeer(Streaming, { maxMessageBytes: 1_000, maxStreamBytes: 2_000 })
    await ends.peer.open()
    await ends.peer.send('000007d1').expect('00')
    ends.peer.fin()
    expect(codeOf(await ends.server.first.over)).to.equal('MESSAGE_TOO_LARGE')
  })

  for (const take of ['nothing', 'a part'] as const) {
    it(`of which the hook reads ${take} is thrown away, and the next message comes`, async () => {
      class Impatient extends Witness {
        protected override async transmissionStream(_size: number, readable: Readable): Promise<void> {
          if (take === 'nothing') return
          for await (const chunk of readable) if (chunk instanceof Buffer) break
        }
      }
      await using ends = await serverWithPeer(Impatient, { maxMessageBytes: 10 })
      await ends.peer.open()
      ends.peer.send(Buffer.concat([framed(3_000_000), framed(5)]))
      expect((await ends.server.first.arrived(1))[0]).to.have.length(5)
    })
  }

  it('that receive() meets goes to transmissionStream first, and its unread rest is thrown away', async () => {
    class Mixed extends Witness {
      protected override transmissionStream(size: number): void {
        this.log.push(`stream ${size}`)
      }
      protected override async preLoop(): Promise<void> {
        this.log.push(`got ${(await this.receive()).length}`)
      }
    }
    const options = { maxMessageBytes: 10, maxFirstMessageBytes: 5_000_000 }
    await using ends = await serverWithPeer(Mixed, options)
    await ends.peer.open()
    ends.peer.send(Buffer.concat([framed(3_000_000), framed(5), framed(6)]))
    await ends.server.first.arrived(1)
    expect(ends.server.first.log).to.deep.equal(['stream 3000000', 'got 5', '6'])
  })

  it('that receive() meets and whose hook throws ends the connection, as in the loop', async () => {
    class Broken extends Witness {
      protected override transmissionStream(): void {
        throw new Error('no')
      }
      protected override async preLoop(): Promise<void> {
        this.log.push(`receive ${codeOf(await rejection(this.receive()))}`)
      }
    }
    await using ends = await serverWithPeer(Broken, { maxMessageBytes: 10, maxFirstMessageBytes: 5_000_000 })
    await ends.peer.open()
    ends.peer.send(framed(20))
    expect(await ends.server.first.over).to.deep.include({ code: 'HOOK_FAILED' })
    expect(ends.server.first.log).to.deep.equal(['receive HOOK_FAILED', 'postLoop HOOK_FAILED'])
  })

  it('slows the other end down when it is read slowly, and is complete although the end has come', async () => {
    const gate = new Gate()
    class Slow extends Streaming {
      protected override async transmissionStream(size: number, readable: Readable): Promise<void> {
        await gate.pass()
        await super.transmissionStream(size, readable)
      }
    }
    await using ends = await serverWithPeer(Slow, { maxMessageBytes: 10 })
    await ends.peer.open()
    ends.peer.send(framed(300_000)).fin()
    await gate.reached
    await turns(20)
    gate.open()
    expect(codeOf(await ends.server.first.over)).to.equal(undefined)
    expect(ends.server.first.streams[0]?.equals(lcg32(7, 300_000))).to.equal(true)
  })
})
