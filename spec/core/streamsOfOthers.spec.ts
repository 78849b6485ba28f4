import type { Duplex } from 'node:stream'
import { expect } from 'chai'
import { type Abortable, Client, Connection, type ConnectionOptions, Server } from '@/core/index.js'
import { codeOf } from '../support/codeOf.js'
import { duplexPair } from '../support/duplexPair.js'
import { rejection } from '../support/rejection.js'

class Echo extends Connection {
  protected override transmissionReceived(message: Buffer): Promise<void> {
    return this.transmit(message)
  }
}
class Plain extends Connection {}

class OpenServer extends Server<Echo> {
  protected override get listensElsewhere(): boolean {
    return true
  }
  take(stream: Duplex, own?: ConnectionOptions): void {
    this.accept(stream, own)
  }
}
class OpenClient extends Client<Plain> {
  over(make: (signal: AbortSignal) => Promise<Duplex>, own: ConnectionOptions, options?: Abortable): Promise<Plain> {
    return this.connectOver(make, own, options)
  }
}
class ClosedServer extends Server<Echo> {}

const LENGTH: ConnectionOptions = { framing: 'length' }

describe('connections over streams that others have made', () => {
  it('live on a server and a client without addresses, with options of their own', async () => {
    await using server = new OpenServer({ handler: Echo })
    await using client = new OpenClient({ handler: Plain })
    await server.start()
    const [near, far] = duplexPair(() => 3)
    server.take(far, LENGTH)
    const connection = await client.over(() => Promise.resolve(near), LENGTH)
    await connection.transmit(Buffer.from('hello'))
    expect((await connection.receive()).toString()).to.equal('hello')
    expect(server.activeConnections.size).to.equal(1)
  })

  it('use the options of the others where they have none of their own', async () => {
    await using server = new OpenServer({ handler: Echo, framing: 'length' })
    await using client = new OpenClient({ handler: Plain, framing: 'line' })
    await server.start()
    const [near, far] = duplexPair(() => 100)
    server.take(far)
    const connection = await client.over(() => Promise.resolve(near), LENGTH)
    await connection.transmit(Buffer.from('hello'))
    expect((await connection.receive()).toString()).to.equal('hello')
  })

  it('count as connections of the server, and are turned away beyond its limit', async () => {
    await using server = new OpenServer({ handler: Echo, connectionLimit: 1 })
    await server.start()
    const [, first] = duplexPair(() => 100)
    const [near, second] = duplexPair(() => 100)
    server.take(first, LENGTH)
    server.take(second, LENGTH)
    await new Promise((resolve) => near.once('end', resolve).resume())
    expect(server.activeConnections.size).to.equal(1)
    near.destroy()
  })

  it('are not made when the signal aborts first', async () => {
    await using client = new OpenClient({ handler: Plain })
    const aborted = new AbortController()
    const [near] = duplexPair(() => 100)
    const connecting = client.over(
      () => {
        aborted.abort()
        return Promise.resolve(near)
      },
      LENGTH,
      { signal: aborted.signal },
    )
    expect(codeOf(await rejection(connecting))).to.equal('ABORTED')
    expect(near.destroyed).to.equal(true)
  })

  it('do not make a server without addresses start that has no other way in', async () => {
    expect(codeOf(await rejection(new ClosedServer({ handler: Echo }).start()))).to.equal('ADDRESS_INVALID')
  })
})
