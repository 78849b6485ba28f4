import { expect } from 'chai'
import * as fc from 'fast-check'
import { Connection } from '@/core/connection.js'
import type { ConnectionOptions } from '@/core/options.js'
import { TransportError } from '@/errors.js'
import { duplexPair } from '../support/duplexPair.js'
import { ManualClock } from '../support/manualClock.js'
import { turns } from '../support/turns.js'

/** Sends back what it gets and says something of its own accord. */
class Talkative extends Connection {
  messages = 0
  settled = 0
  sent = 0

  #send(message: Uint8Array): Promise<void> {
    this.sent++
    const settle = (): void => void this.settled++
    const sent = this.transmit(message)
    sent.then(settle, settle)
    return sent
  }

  protected override preLoop(): void {
    void this.#send(Buffer.from('hello'))
  }

  protected override async transmissionReceived(message: Buffer): Promise<void> {
    this.messages++
    await this.#send(message)
  }
}

const bytes = (...values: number[]): fc.Arbitrary<Buffer> => fc.constant(Buffer.from(values))
const PARTS = fc.oneof(
  bytes(0xff),
  bytes(0x00),
  bytes(0, 0, 0, 0),
  bytes(0, 0, 0, 2, 0x61, 0x62),
  bytes(0, 0, 0, 2),
  bytes(0x61, 0x62),
  bytes(0xf0, 0xff, 0xff, 0xff),
  bytes(0xf1, 0, 0, 0),
  bytes(0xfe),
  bytes(0x7b, 0x7d, 0x0a),
  bytes(0x22, 0x5c),
  fc.uint8Array({ maxLength: 20 }).map((random) => Buffer.from(random)),
)

describe('whatever bytes a stranger sends', () => {
  for (const framing of ['handshake', 'length', 'line', 'json'] as const) {
    for (const pipeline of [false, true]) {
      it(`framing ${framing}${pipeline ? ', pipelined' : ''}: the connection ends with none or one of our errors, and every transmit is settled`, async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.array(PARTS, { maxLength: 25 }),
            fc.constantFrom('fin', 'rst', 'silence'),
            fc.boolean(),
            async (parts, ending, opens) => {
              const clock = new ManualClock()
              const options: ConnectionOptions = {
                framing,
                pipeline,
                clock,
                maxMessageBytes: 1_000,
                maxInboxMessages: 2,
              }
              const connection = new (class extends Talkative {
                constructor() {
                  super(options)
                }
              })()
              const [near, far] = duplexPair(() => 7)
              near.resume().on('error', () => {})
              const ran = connection.run(far, 'acceptor').then(
                () => undefined,
                (error: unknown) => error,
              )
              if (opens && framing === 'handshake') near.write(Buffer.of(0xff))
              for (const part of parts) {
                if (near.writable) near.write(part)
                if (part.length % 3 === 0) await turns()
              }
              if (ending === 'fin') near.end()
              if (ending === 'rst') near.destroy(new Error('rst'))
              const error = await clock.passUntil(ran, 5_000)
              expect(error === undefined || error instanceof TransportError).to.equal(true)
              if (error instanceof TransportError) expect(error.fault).to.be.oneOf(['remote', 'system'])
              expect([connection.phase, connection.settled]).to.deep.equal(['closed', connection.sent])
              near.destroy()
              await turns()
            },
          ),
          { numRuns: 80, seed: 5 },
        )
      })
    }
  }
})
