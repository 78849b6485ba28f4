// One message of 1 GiB, from a generator in this process to a consumer in a second one. It is never whole in the memory of
// either. Run it with `npx tsx examples/07-stream-1gib.ts`, or with a number of MiB behind it (1 to 3855). It prints, with
// the figures of your machine:
//
//   1024 MiB arrived, in order, ... MiB/s
//   sender:   memory ... MiB at the start, ... MiB at most
//   receiver: memory ... MiB at the start, ... MiB at most

import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { Client, Connection, Server } from 'framewright'

const MIB = 1_048_576
/** The largest message there can be has f0ffffff bytes. */
const MOST_MIB = 3_855

const startMiB = process.memoryUsage.rss() / MIB
/** `maxRSS` is in KiB and the most there has ever been. */
const memory = (): string => {
  const mostMiB = process.resourceUsage().maxRSS / 1_024
  return `memory ${startMiB.toFixed(0)} MiB at the start, ${mostMiB.toFixed(0)} MiB at most`
}

/** The byte at each place of the message is the remainder of the place by 251, so one buffer serves for all pieces. */
const PIECE = Buffer.from(Array.from({ length: 251 * 1_024 }, (_, at) => at % 251))
function* pieces(size: number): Generator<Uint8Array> {
  for (let at = 0; at < size; at += PIECE.length) yield PIECE.subarray(0, size - at)
}

/** Reads what comes and looks at a byte here and there; answers whether all of it was right. */
class Consumer extends Connection {
  protected override async transmissionStream(size: number, readable: Readable): Promise<void> {
    let count = 0
    let right = true
    for await (const chunk of readable as AsyncIterable<Buffer>) {
      right &&= chunk[0] === count % 251
      count += chunk.length
    }
    await this.transmit(Buffer.from(right && count === size ? 'in order' : 'NOT IN ORDER'))
  }
}
class ConsumerServer extends Server<Consumer> {}

class Producer extends Connection {}
class ProducerClient extends Client<Producer> {}

const receive = async (): Promise<void> => {
  // What is larger than `maxMessageBytes` comes as a stream.
  const server = new ConsumerServer({ listen: ['127.0.0.1:0'], handler: Consumer, maxMessageBytes: 65_536 })
  await server.start()
  process.send?.(server.address.port)
  await once(process, 'disconnect')
  await server.close()
  console.log('receiver:', memory())
}

const send = async (size: number): Promise<void> => {
  const receiver = fork(fileURLToPath(import.meta.url), ['receive'])
  const port = await new Promise<number>((resolve) => receiver.once('message', (said) => resolve(Number(said))))
  const client = new ProducerClient({ handler: Producer })
  const producer = await client.connectTo(port)

  const started = performance.now()
  await producer.transmitStream(pieces(size), size)
  const answer = await producer.receive()
  const seconds = (performance.now() - started) / 1_000
  console.log(`${size / MIB} MiB arrived, ${answer.toString()}, ${(size / MIB / seconds).toFixed(0)} MiB/s`)

  await client.close()
  console.log('sender:  ', memory())
  receiver.disconnect()
  await once(receiver, 'exit')
}

const [what = '1024'] = process.argv.slice(2)
if (what === 'receive') await receive()
else if (/^[1-9]\d{0,3}$/.test(what) && Number(what) <= MOST_MIB) await send(Number(what) * MIB)
else throw new RangeError(`how many MiB? 1 to ${MOST_MIB}`)
