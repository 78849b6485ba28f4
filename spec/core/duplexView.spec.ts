import { expect } from 'chai'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { codeOf } from '../support/codeOf.js'
import { Gate } from '../support/gate.js'
import { opened } from '../support/opened.js'
import { clientWithPeer, connectedPair } from '../support/pair.js'
import { rejection } from '../support/rejection.js'
import { Bare, Echo, Witness } from '../support/witness.js'

const text = (message: Uint8Array): string => Buffer.from(message).toString()

describe('a connection as a Duplex', () => {
  it('turns each chunk written into a message and each message into a chunk, empty ones too', async () => {
    await using pair = await connectedPair({ serves: Echo, connects: Bare })
    const back: string[] = []
    const heard = new Gate()
    await pipeline(
      async function* () {
        for (const word of ['a', '', 'bc']) yield Buffer.from(word)
        await heard.reached
      },
      pair.connected.duplex(),
      async (source: AsyncIterable<Buffer>) => {
        for await (const message of source) {
          back.push(text(message))
          if (back.length === 3) void heard.pass()
        }
      },
    )
    expect(back).to.deep.equal(['a', '', 'bc'])
  })

  it('is destroyed with what the connection failed with', async () => {
    await using ends = await clientWithPeer(Bare)
    const duplex = (await opened(ends)).duplex()
    const failed = new Promise<unknown>((resolve) => {
      duplex.once('error', resolve)
    })
    duplex.resume()
    ends.peer.rst()
    expect(codeOf(await failed)).to.equal('CONNECTION_RESET')
  })

  it('ends no process when nobody listens to its errors, and still gives them to who reads', async () => {
    await using ends = await clientWithPeer(Bare)
    const duplex = (await opened(ends)).duplex()
    ends.peer.rst()
    expect((await rejection(duplex.toArray())).code).to.equal('CONNECTION_RESET')
    expect(codeOf(duplex.errored)).to.equal('CONNECTION_RESET')
  })

  it('is destroyed without a listener, too', async () => {
    await using ends = await clientWithPeer(Bare)
    const duplex = (await opened(ends)).duplex()
    const closed = new Promise((resolve) => duplex.once('close', resolve))
    duplex.resume()
    ends.peer.rst()
    await closed
    expect(codeOf(duplex.errored)).to.equal('CONNECTION_RESET')
  })

  it('destroys the connection when it is destroyed', async () => {
    await using pair = await connectedPair({ serves: Witness, connects: Witness })
    pair.connected.duplex().destroy()
    await pair.connected.over
    expect(pair.connected.phase).to.equal('closed')
  })

  for (const framing of ['length', 'line', 'json'] as const) {
    it(`over ${framing}, says what it has to say, ends, and still hears the whole answer`, async () => {
      /** Answers when it has heard everything, which only the end of the other's stream can tell. */
      class Summing extends Bare {
        protected override async preLoop(): Promise<void> {
          let sum = 0
          const summed = new Transform({
            objectMode: true,
            transform(message: Buffer, _encoding, done) {
              sum += Number(text(message))
              done()
            },
            flush(done) {
              for (let more = 0; more < 3; more++) this.push(Buffer.from(String(sum + more)))
              done()
            },
          })
          const both = this.duplex()
          void pipeline(both, summed, both)
        }
      }
      await using pair = await connectedPair({ serves: Summing, connects: Bare, both: { framing } })
      const answers: string[] = []
      await pipeline(
        [Buffer.from('1'), Buffer.from('20'), Buffer.from('300')],
        pair.connected.duplex(),
        async (source) => {
          for await (const message of source) answers.push(text(message))
        },
      )
      expect(answers).to.deep.equal(['321', '322', '323'])
      expect(codeOf(await pair.connected.transmit(Buffer.from('4')).catch((error: unknown) => error))).to.equal(
        'CLOSED',
      )
    })
  }

  it('over length, takes no message any more when it has ended, and fails when the connection does', async () => {
    await using ends = await clientWithPeer(Bare, { framing: 'length' })
    const connected = await ends.connected
    const duplex = connected.duplex()
    const failed = new Promise<unknown>((resolve) => {
      duplex.once('error', resolve)
    })
    duplex.end('bye').resume()
    await ends.peer.expect('00000003 627965')
    expect(await ends.peer.ended).to.equal('fin')
    expect(connected.phase).to.equal('draining')
    ends.peer.send('00000002 6f6b  00000005 68').fin()
    expect(codeOf(await failed)).to.equal('FRAME_TRUNCATED')
  })

  it('over the handshake, closes when it ends, since who says no more can answer no more', async () => {
    await using pair = await connectedPair({ serves: Witness, connects: Bare })
    const duplex = pair.connected.duplex()
    duplex.end('bye').resume()
    expect(await pair.served.over).to.equal(undefined)
    expect(pair.served.messages.map(text)).to.deep.equal(['bye'])
  })
})
