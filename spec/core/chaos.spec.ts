import { expect } from 'chai'
import * as fc from 'fast-check'
import type { Readable } from 'node:stream'
import { Connection } from '@/core/connection.js'
import type { ConnectionOptions } from '@/core/options.js'
import { deflate } from '@/core/plugins/deflate.js'
import { duplexPair } from '../support/duplexPair.js'
import { lcg32 } from '../support/lcg32.js'
import { turns } from '../support/turns.js'

/** Collects what arrives, by hook, by stream or by receive(), in its own time. */
class Collector extends Connection {
  readonly got: string[] = []
  readonly #pauses: () => number

  constructor(options: ConnectionOptions, pauses: () => number) {
    super(options)
    this.#pauses = pauses
  }

  protected override async transmissionReceived(message: Buffer): Promise<void> {
    await turns(this.#pauses())
    this.got.push(message.toString('hex'))
    if (this.#pauses() !== 1) return
    // when it was the last, the other end closes instead of saying more
    const next = await this.receive().catch(() => undefined)
    if (next !== undefined) this.got.push(next.toString('hex'))
  }

  protected override async transmissionStream(_size: number, readable: Readable): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of readable) {
      chunks.push(chunk)
      await turns(this.#pauses())
    }
    this.got.push(Buffer.concat(chunks).toString('hex'))
  }
}

/** Random numbers below `most`, the same for the same seed. */
const dice = (seed: number): ((most: number) => number) => {
  const bytes = lcg32(seed, 65_536)
  let at = 0
  return (most) => (((bytes[at++ & 65_535] ?? 0) << 8) | (bytes[at++ & 65_535] ?? 0)) % most
}

const optionsOf = (roll: (most: number) => number): ConnectionOptions => ({
  pipeline: [false, 1_024, 4_096, true][roll(4)] ?? false,
  maxMessageBytes: [1_000, 100_000][roll(2)] ?? 1_000,
  maxFirstMessageBytes: 100,
  maxInboxMessages: 1 + roll(4),
  maxInboxBytes: [1, 500, 100_000][roll(3)] ?? 1,
  highWaterMarkBytes: [1, 7, 300, 70_000][roll(4)] ?? 1,
})

describe('two connections with the tightest limits over a stream that cuts bytes anew', () => {
  it('bring every message to the other end once and in order, and end in good order, whatever their options are', async function () {
    this.timeout(30_000)
    await fc.assert(
      fc.asyncProperty(fc.nat(1_000_000), async (seed) => {
        const roll = dice(seed)
        const piece = [1, 3, 50, 5_000, 1_000_000][roll(5)] ?? 1
        const [near, far] = duplexPair(() => 1 + roll(piece))
        const pauses = (): number => roll(3)
        const plugins = roll(4) === 0 ? [deflate({ minBytes: 1 })] : []
        const both = { framing: roll(3) === 0 ? ('length' as const) : ('handshake' as const), plugins }
        const ends = [
          new Collector({ ...optionsOf(roll), ...both }, pauses),
          new Collector({ ...optionsOf(roll), ...both }, pauses),
        ] as const
        const ran = [ends[0].run(near, 'opener'), ends[1].run(far, 'acceptor')]
        const given = ends.map(() =>
          Array.from({ length: 2 * roll(8) }, () =>
            lcg32(roll(99), roll(piece < 10 ? 60 : plugins.length > 0 ? 900 : 2_000)),
          ),
        )
        const deliver = async (from: number): Promise<void> => {
          const sent: Promise<void>[] = []
          for (const message of given[from] ?? []) {
            const streamed = roll(4) === 0 && plugins.length === 0
            const end = ends[from] ?? ends[0]
            sent.push(streamed ? end.transmitStream([message], message.length) : end.transmit(message))
            await turns(roll(3))
          }
          await Promise.all(sent)
          await ends[from]?.flush()
        }
        await Promise.all([deliver(0), deliver(1)])
        while (ends[0].got.length < (given[1]?.length ?? 0) || ends[1].got.length < (given[0]?.length ?? 0))
          await turns()
        await ends[roll(2)]?.close()
        await Promise.all(ran)
        const hex = (messages: Uint8Array[] | undefined): string[] =>
          (messages ?? []).map((m) => Buffer.from(m).toString('hex'))
        expect([ends[0].got, ends[1].got]).to.deep.equal([hex(given[1]), hex(given[0])])
      }),
      { numRuns: 150, seed: 11, endOnFailure: true },
    )
  })
})
