import { expect } from 'chai'
import type { Readable } from 'node:stream'
import type { Connection } from '@/core/connection.js'
import { connectedPair, type Opened, serverWithPeer } from '../support/pair.js'
import { Bare, Echo, Witness } from '../support/witness.js'

const MIB = 1_048_576
/** More than any buffer on the way holds, so who sends it waits for whoever should read it. */
const LARGE_BYTES = 24 * MIB

const zeros = function* (): Generator<Uint8Array> {
  for (let left = LARGE_BYTES; left > 0; left -= MIB) yield Buffer.alloc(MIB)
}

/** Any two of them are more than a window of 1,024 bytes. */
const WORDS = ['one', 'two', 'three'].map((word) => word.padEnd(700, '.'))

/** Speaks before it reads what is streamed to it, and again behind it. */
class Talkative extends Witness {
  protected override async transmissionStream(_size: number, readable: Readable): Promise<void> {
    for (const word of WORDS) await this.transmit(Buffer.from(word))
    let bytes = 0
    for await (const piece of readable) bytes += Number(piece.length)
    await this.transmit(Buffer.from(`${bytes} bytes`))
  }
}

/** Echoes messages, and reads what is streamed to it. */
class Counting extends Echo {
  streamedBytes = 0
  protected override async transmissionStream(_size: number, readable: Readable): Promise<void> {
    for await (const piece of readable) this.streamedBytes += Number(piece.length)
  }
}

describe('a hook that waits for its own message while a stream of the other end is under way', () => {
  for (const pipeline of [false, 1_024]) {
    const manner = pipeline === false ? 'strict' : 'pipelined, its window full,'
    const both = { pipeline }
    const CASES: readonly (readonly [
      role: string,
      open: () => Promise<{ pair: Opened<Connection, Connection>; streaming: Connection }>,
    ])[] = [
      [
        'accepted the connection',
        async () => {
          const pair = await connectedPair({ serves: Talkative, connects: Bare, both })
          return { pair, streaming: pair.connected }
        },
      ],
      [
        'opened the connection',
        async () => {
          const pair = await connectedPair({ serves: Bare, connects: Talkative, both })
          return { pair, streaming: pair.served }
        },
      ],
    ]
    for (const [role, open] of CASES) {
      it(`gets it out before it reads on, when it is ${manner} and ${role}`, async () => {
        const { pair, streaming } = await open()
        await using _ = pair
        const streamed = streaming.transmitStream(zeros(), LARGE_BYTES)
        const words: string[] = []
        for (let word = 0; word < 4; word++) words.push((await streaming.receive()).toString())
        expect(words).to.deep.equal([...WORDS, `${LARGE_BYTES} bytes`])
        await streamed
      })
    }
  }

  it('is not held up by a stream that comes while it waits', async () => {
    await using pair = await connectedPair({ serves: Counting, connects: Bare })
    const { connected, served } = pair
    const sent = [connected.transmit(Buffer.from('echo this')), connected.transmitStream(zeros(), LARGE_BYTES)]
    // Both have something to say at once: the server an echo, the client a stream.
    expect((await connected.receive()).toString()).to.equal('echo this')
    await Promise.all(sent)
    await connected.flush()
    await connected.transmit(Buffer.from('and this'))
    expect((await connected.receive()).toString()).to.equal('and this')
    expect(served.streamedBytes).to.equal(LARGE_BYTES)
  })

  it('waits for answers again when the stream is being read', async () => {
    await using opened = await serverWithPeer(Talkative, { maxMessageBytes: 1 })
    const { peer } = opened
    await peer.open()
    // A stream of 1 MiB that stands still: its reader speaks, unanswered, before it reads.
    peer.send('00100000')
    await peer.expect('ff')
    peer.send(Buffer.alloc(MIB - 1))
    for (const word of WORDS) await peer.expect(`000002bc ${Buffer.from(word).toString('hex')}`)
    // Its last byte, then the three answers: what is said now waits for its own again.
    peer.send('00 ffffff')
    await peer.expect('0000000d')
    peer.send('ff')
    expect((await peer.read(13)).toString()).to.equal('1048576 bytes')
  })
})
