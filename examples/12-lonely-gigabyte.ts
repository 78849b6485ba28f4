// A file of 1 GiB, notified as a stream to three subscribers, each of which reads it in pieces and compares its digest.
// Nobody holds the file in memory: the broadcaster and the subscribers keep it in temporary files until it has been
// read. Run it with `npx tsx examples/12-lonely-gigabyte.ts`, or with a smaller number of MiB behind it. It needs five
// times as much disk. It prints:
//
//   1024 MiB reached 3 subscribers
//   1024 MiB arrived unchanged, three times, in (some) pieces of at most 256 KiB
//   it took (some) s, (some) MiB/s a subscriber, with at most (some) MiB of memory beyond the beginning

import { createHash } from 'node:crypto'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Broadcaster, Subscriber } from 'framewright/lonely'

const MIB = 1_048_576
const count = Number(process.argv[2] ?? 1_024)
const folder = await mkdtemp(join(tmpdir(), 'gigabyte-'))
const path = join(folder, 'file')

/** Each MiB of the file differs from the others. */
const file = await open(path, 'w')
const block = Buffer.alloc(MIB, 'framewright')
for (let i = 0; i < count; i++) {
  block.writeUInt32BE(i)
  await file.write(block)
}
await file.close()

const before = process.memoryUsage().rss
let most = before
const watch = setInterval(() => {
  most = Math.max(most, process.memoryUsage().rss)
}, 20)

const broadcaster = new Broadcaster({ listen: ['127.0.0.1:0'], spoolFolder: folder })
await broadcaster.start()
const broadcasters = [broadcaster.address]

const subscribers = [1, 2, 3].map(() => new Subscriber({ broadcasters, spoolFolder: folder }))
let pieces = 0
const digests = await Promise.all(
  subscribers.map(async (subscriber) => {
    const subscription = await subscriber.subscribe('backups')
    return async (): Promise<string> => {
      for await (const message of subscription) {
        const hash = createHash('sha512')
        for await (const piece of message.stream()) {
          hash.update(piece)
          pieces++
        }
        const digest = hash.digest('hex')
        return digest === message.digest.toString('hex') ? digest : 'changed'
      }
      return 'nothing'
    }
  }),
)

const startedMs = performance.now()
const reading = Promise.all(digests.map((read) => read()))
const notifier = new Subscriber({ broadcasters })
console.log(`${count} MiB reached ${await notifier.notify('backups', { file: path })} subscribers`)
const arrived = new Set(await reading)
const seconds = (performance.now() - startedMs) / 1_000
clearInterval(watch)
const how = arrived.size === 1 && !arrived.has('changed') ? 'unchanged' : 'but not the same'
console.log(`${count} MiB arrived ${how}, three times, in ${pieces} pieces of at most 256 KiB`)
const memory = Math.round((most - before) / MIB)
console.log(
  `it took ${seconds.toFixed(1)} s, ${Math.round(count / seconds)} MiB/s a subscriber, with at most ${memory} MiB of memory beyond the beginning`,
)

for (const subscriber of [...subscribers, notifier]) await subscriber.close()
await broadcaster.close()
await rm(folder, { recursive: true })
