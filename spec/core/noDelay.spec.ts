import type { Duplex } from 'node:stream'
import { expect } from 'chai'
import { selfSigned } from '@/core/certificate.js'
import { connectedPair } from '../support/pair.js'
import { Echo, Witness } from '../support/witness.js'

/** Node.js keeps what it has told the system, and tells nobody: undefined where it is not kept any more. */
const noDelayOf = (stream: Duplex | undefined): unknown => {
  const kept = Object.getOwnPropertySymbols(stream ?? {}).find(({ description }) => description === 'kSetNoDelay')
  return stream === undefined || kept === undefined ? undefined : Reflect.get(stream, kept)
}

describe('small writes leave at once, where Node.js keeps what it has told the system', () => {
  it('at both ends, over TCP', async function () {
    await using pair = await connectedPair({ serves: Echo, connects: Witness })
    const told = [pair.served.socket, pair.connected.socket].map(noDelayOf)
    if (told.includes(undefined)) this.skip()
    expect(told).to.deep.equal([true, true])
  })

  it('at a client over TLS, too, whose socket is not made by itself', async function () {
    const { key, cert } = await selfSigned({ hosts: ['127.0.0.1'] })
    const ends = { serves: Echo, connects: Witness, server: { tls: { key, cert } }, client: { tls: { ca: cert } } }
    await using pair = await connectedPair(ends)
    const told = noDelayOf(pair.connected.socket)
    if (told === undefined) this.skip()
    expect(told).to.equal(true)
  })
})
