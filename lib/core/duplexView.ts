import { Duplex } from 'node:stream'
import { isOrderlyEnd } from '@/core/orderlyEnd.js'

/** What a view needs of a connection. */
interface Messages {
  transmit(message: Uint8Array): Promise<void>
  receive(): Promise<Buffer>
  destroy(cause?: Error): void
}

/**
 * A connection as a Node stream of messages: each chunk written is sent as one message, each message received comes
 * out as one object. An empty message cannot be told from none in a byte stream, so the readable side works on objects.
 * @param endOutbound no more will be written
 */
export const asDuplex = (connection: Messages, endOutbound: () => Promise<void>): Duplex => {
  const view = new Duplex({
    readableObjectMode: true,
    readableHighWaterMark: 16,
    decodeStrings: true,
    read() {
      connection.receive().then(
        (message) => this.push(message),
        (error: unknown) => {
          if (isOrderlyEnd(error)) this.push(null)
          else this.destroy(error instanceof Error ? error : undefined)
        },
      )
    },
    write(chunk: Buffer, _encoding, done) {
      connection.transmit(chunk).then(() => done(), done)
    },
    final(done) {
      endOutbound().then(() => done(), done)
    },
    destroy(error, done) {
      connection.destroy(error ?? undefined)
      done(error)
    },
  })
  // Whoever uses it gets the error; that nobody listens is no reason to end the process.
  view.on('error', () => {})
  return view
}
