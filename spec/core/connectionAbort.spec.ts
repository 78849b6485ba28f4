import { expect } from 'chai'
import { EventEmitter } from 'node:events'
import { codeOf } from '../support/codeOf.js'
import { lcg32 } from '../support/lcg32.js'
import { opened } from '../support/opened.js'
import { clientWithPeer, connectedPair } from '../support/pair.js'
import { rejection } from '../support/rejection.js'
import { turns } from '../support/turns.js'
import { warningsOf } from '../support/warnings.js'
import { Bare, Echo, Witness } from '../support/witness.js'

const text = (message: Uint8Array): string => Buffer.from(message).toString()

describe('an AbortSignal', () => {
  const stop = new Error('stop')

  it('that has fired refuses transmit, transmitStream, receive and flush with ABORTED, and the connection lives on', async () => {
    await using ends = await clientWithPeer(Bare)
    const connection = await opened(ends)
    const signal = AbortSignal.abort(stop)
    for (const aborted of [
      connection.transmit(Buffer.of(1), { signal }),
      connection.transmitStream([Buffer.of(1)], 1, { signal }),
      connection.receive({ signal }),
      connection.flush({ signal }),
    ])
      expect(await rejection(aborted)).to.include({ code: 'ABORTED', fault: 'local', cause: stop })
    void connection.transmit(Buffer.from('x'))
    await ends.peer.expect('00000001')
  })

  it('that is none is OPTION_INVALID for all of them and for connectTo, and nothing is begun', async () => {
    interface Untyped {
      transmit(message: Uint8Array, options: object): Promise<void>
      transmitStream(source: Iterable<Uint8Array>, size: number, options: object): Promise<void>
      receive(options: object): Promise<Buffer>
      flush(options: object): Promise<void>
    }
    await using pair = await connectedPair({ serves: Witness, connects: Bare })
    const connection: Untyped = pair.connected
    const client: { connectTo(address: number, options: object): Promise<Bare> } = pair.client
    for (const signal of [{}, 5, new AbortController()])
      for (const refused of [
        connection.transmit(Buffer.from('lost'), { signal }),
        connection.transmitStream([Buffer.from('lost')], 4, { signal }),
        connection.receive({ signal }),
        connection.flush({ signal }),
        client.connectTo(1, { signal }),
      ])
        expect(await rejection(refused)).to.include({ code: 'OPTION_INVALID', fault: 'local' })
    await pair.connected.transmit(Buffer.from('x'))
    expect((await pair.served.arrived(1)).map(text)).to.deep.equal(['x'])
  })

  it('may be waited for by many operations at once, and Node.js warns of no leak', async () => {
    await using ends = await clientWithPeer(Bare)
    const connection = await opened(ends)
    const controller = new AbortController()
    const { signal } = controller
    const warned = await warningsOf(async () => {
      const pending = Array.from({ length: 20 }, () => connection.transmit(Buffer.of(1), { signal }))
      const asked = Array.from({ length: 20 }, () => connection.receive({ signal }))
      controller.abort(stop)
      for (const one of [...pending, ...asked]) expect(await rejection(one)).to.have.property('code', 'ABORTED')
    })
    expect(warned).to.deep.equal([])
  })

  it('takes back a message that has not started', async () => {
    await using ends = await clientWithPeer(Bare)
    const connection = await opened(ends)
    const controller = new AbortController()
    const first = connection.transmit(Buffer.from('a'))
    const second = connection.transmit(Buffer.from('bb'), { signal: controller.signal })
    const third = connection.transmit(Buffer.from('ccc'))
    controller.abort(stop)
    expect(await rejection(second)).to.include({ code: 'ABORTED', cause: stop })
    await ends.peer.expect('00000001')
    await ends.peer.send('ff').expect('61 00000003')
    await ends.peer.send('ff').expect('636363')
    await Promise.all([first, third])
    await connection.flush()
  })

  it('breaks the connection when the length is out already', async () => {
    await using ends = await clientWithPeer(Witness)
    const connection = await opened(ends)
    const controller = new AbortController()
    const sent = connection.transmit(Buffer.from('a'), { signal: controller.signal })
    await ends.peer.expect('00000001')
    controller.abort(stop)
    expect(await rejection(sent)).to.include({ code: 'ABORTED', cause: stop })
    expect(codeOf(await connection.over)).to.equal('ABORTED')
  })

  it('ends the wait for a peer that does not read, when all is written but nothing is taken', async () => {
    const options = { pipeline: 2 ** 30, highWaterMarkBytes: 2 ** 30, maxOutboxBytes: 2 ** 30 }
    await using ends = await clientWithPeer(Witness, options)
    const connection = await opened(ends)
    ends.peer.socket.pause()
    const controller = new AbortController()
    const sent = connection.transmit(lcg32(1, 30_000_000), { signal: controller.signal })
    await turns(3)
    controller.abort(stop)
    expect(await rejection(sent)).to.include({ code: 'ABORTED', cause: stop })
  })

  it('ends receive and flush, and nothing that comes later is lost by it', async () => {
    await using ends = await clientWithPeer(Bare)
    const connection = await opened(ends)
    const controller = new AbortController()
    const { signal } = controller
    const before = connection.receive()
    const received = connection.receive({ signal })
    const after = connection.receive()
    void connection.transmit(Buffer.from('x'))
    const flushed = connection.flush({ signal })
    controller.abort(stop)
    expect(await rejection(received)).to.have.property('code', 'ABORTED')
    expect(await rejection(flushed)).to.have.property('code', 'ABORTED')
    ends.peer.send('ff 00000001 61 00000001 62')
    expect([text(await before), text(await after)]).to.deep.equal(['a', 'b'])
  })

  it('keeps no listener of what is over', async () => {
    await using pair = await connectedPair({ serves: Echo, connects: Bare })
    const controller = new AbortController()
    const { signal } = controller
    for (let at = 0; at < 20; at++) {
      await pair.connected.transmit(Buffer.of(at), { signal })
      await pair.connected.receive({ signal })
      await pair.connected.flush({ signal })
    }
    await turns()
    expect(EventEmitter.getEventListeners(signal, 'abort')).to.have.length(0)
  })
})
