// Three nodes of a pnet network on this machine: they find each other by UDP broadcast, call each other's functions, and
// stream a file through two of them. Everything is sealed, with the key of the network and for its receiver alone. Run
// it with `npx tsx examples/09-pnet-three-nodes.ts`. It prints:
//
//   ada knows bob, carol
//   bob says 2 + 3 = 5, and with a name for it: 2 + 5 = 7
//   bob: 10
//   carol: CALL_FAILED, I only unpack
//   poem.txt, 300000 bytes -> bob packs it -> ... bytes -> carol unpacks it -> 300000 bytes, unchanged

import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createGunzip, createGzip } from 'node:zlib'
import { type Answer, CommandNode, CommandRefusal, FernetKey, keywords } from 'framewright/pnet'

/** What ada knows of the functions of the others. */
interface Calculator {
  add(x: number, y: number): number
  double(x: number): number
}

const networkKey = FernetKey.generate()
const node = (name: string): CommandNode =>
  // Port 0 takes any that is free; the broadcast stays on this machine because the node listens on the loopback.
  new CommandNode({ name, networkKey, listen: '127.0.0.1:0', advertisePort: 33_409, advertiseIntervalMs: 200 })

const ada = node('ada')
const bob = node('bob')
const carol = node('carol')

bob.register('add', (_call, x: number, y: number) => x + y, { parameters: ['x', 'y'] })
bob.register('double', (_call, x: number) => 2 * x)
carol.register('double', () => {
  throw new CommandRefusal('I only unpack')
})
// A function for streams gets its input when it has come whole, from the disk, and what it returns is fetched in parts.
bob.registerStream('pack', (_call, input) => Readable.from(input).pipe(createGzip()))
carol.registerStream('unpack', (_call, input) => Readable.from(input).pipe(createGunzip()))

const streamOf = (answer: Answer): AsyncIterable<Buffer> => {
  if (answer.kind === 'stream') return answer.stream
  throw new Error('a value came back')
}

const folder = await mkdtemp(join(tmpdir(), 'framewright-'))
try {
  await Promise.all([ada.serve(), bob.serve(), carol.serve()])
  const others = await Promise.all(['bob', 'carol'].map((name) => ada.peerKnown(name)))
  console.log('ada knows', others.map(({ name }) => name).join(', '))

  const calculator = ada.target<Calculator>('bob')
  const named = await calculator.add(2, keywords({ y: 5 }))
  console.log(`bob says 2 + 3 = ${await calculator.add(2, 3)}, and with a name for it: 2 + 5 = ${named}`)

  for (const [name, outcome] of await ada.target<Calculator>(['bob', 'carol']).double(5)) {
    const { ok } = outcome
    console.log(
      `${name}: ${ok ? outcome.value : `${outcome.error.code}, ${String(outcome.error.detail['description'])}`}`,
    )
  }

  const path = join(folder, 'poem.txt')
  await writeFile(path, 'so much depends upon a red wheel barrow '.repeat(7_500))
  const { size } = await stat(path)
  const packed = await ada.send('bob', 'pack', { sizeBytes: size, pieces: () => createReadStream(path) })
  let packedBytes = 0
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const piece of streamOf(packed)) {
      packedBytes += piece.length
      yield piece
    }
  }
  const unpacked = await ada.send('carol', 'unpack', counted())
  const pieces: Buffer[] = []
  for await (const piece of streamOf(unpacked)) pieces.push(piece)
  const back = Buffer.concat(pieces)
  const verdict = back.equals(await readFile(path)) ? 'unchanged' : 'CHANGED'
  console.log(
    `poem.txt, ${size} bytes -> bob packs it -> ${packedBytes} bytes -> carol unpacks it -> ${back.length} bytes, ${verdict}`,
  )
} finally {
  await Promise.all([ada, bob, carol].map((each) => each.shutdown()))
  await rm(folder, { recursive: true })
}
