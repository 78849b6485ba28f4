import { expect } from 'chai'
import { pipeline } from 'node:stream/promises'
import { codeOf } from '../support/codeOf.js'
import { Gate } from '../support/gate.js'
import { opened } from '../support/opened.js'
import { clientWithPeer, connectedPair } from '../support/pair.js'
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

  it('destroys the connection when it is destroyed', async () => {
    await using pair = await connectedPair({ serves: Witness, connects: Witness })
    pair.connected.duplex().destroy()
    await pair.connected.over
    expect(pair.connected.phase).to.equal('closed')
  })
})
