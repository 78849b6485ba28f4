// A framing of one's own: netstrings, which are the size in decimal, a colon, the bytes and a comma. Everything else
// (hooks, limits, back-pressure, errors) stays as it is. Run it with `npx tsx examples/05-custom-framing.ts`. It prints:
//
//   "hello" came back
//   a bare socket sent 2:hi,0:,
//   and got back       2:hi,0:,
//   and for 2:hi!      FRAME_MALFORMED, which is the fault of the remote end

import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { Client, Connection, type FramingFactory, OpenFraming, Server, type Step, TransportError } from 'framewright'

/** Bytes to messages and back; no socket, no clock. `input` holds what has arrived and is not read yet. */
class Netstring extends OpenFraming {
  readonly name = 'netstring'
  readonly announces = false // sizes are not put before the core first: `maxMessageBytes` is looked after here
  #head = '' // what is here of the size; "5:" when it is whole

  protected read(): Step | undefined {
    while (!this.#head.endsWith(':')) {
      const byte = this.input.take(1)
      if (byte === undefined) return undefined
      this.#head += byte.toString('latin1')
      if (!/^\d{1,10}:?$/.test(this.#head)) throw new TransportError('FRAME_MALFORMED', { head: this.#head })
    }
    const [size, limit] = [Number.parseInt(this.#head, 10), this.maxMessageBytes]
    if (size > limit) throw new TransportError('MESSAGE_TOO_LARGE', { size, limit })
    const bytes = this.input.take(size + 1)
    if (bytes === undefined) return undefined
    if (bytes[size] !== COMMA) throw new TransportError('FRAME_MALFORMED', { size, byte: bytes[size] })
    this.#head = ''
    return { do: 'deliver', message: bytes.subarray(0, size) }
  }

  override get waiting(): number {
    return this.input.length + this.#head.length
  }

  start(size: number): void {
    this.writer.bytes(Buffer.from(`${size}:`))
  }

  override finish(): void {
    this.writer.byte(COMMA)
  }
}

const COMMA = 0x2c
const framing: FramingFactory = (context) => new Netstring(context)

class Echo extends Connection {
  protected override transmissionReceived(message: Buffer): Promise<void> {
    return this.transmit(message)
  }
  protected override postLoop(cause: Error | undefined): void {
    if (!(cause instanceof TransportError)) return
    console.log(`and for 2:hi!      ${cause.code}, which is the fault of the ${cause.fault} end`)
  }
}
class EchoServer extends Server<Echo> {}
class Caller extends Connection {}
class EchoClient extends Client<Caller> {}

const server = new EchoServer({ listen: ['127.0.0.1:0'], handler: Echo, framing })
await server.start()
const { port } = server.address

const client = new EchoClient({ handler: Caller, framing })
const caller = await client.connectTo(port)
await caller.transmit(Buffer.from('hello'))
console.log(`"${(await caller.receive()).toString()}" came back`)
await client.close()

/** What the server answers to these bytes. */
const answerTo = (text: string): Promise<Buffer> => buffer(connect(port, '127.0.0.1').end(text))
console.log('a bare socket sent 2:hi,0:,')
console.log('and got back      ', (await answerTo('2:hi,0:,')).toString())
await answerTo('2:hi!')

await server.close()
