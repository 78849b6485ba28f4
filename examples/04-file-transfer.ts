// Files of any size over one connection: each is one message, and no end ever holds a large one in memory. Three
// temporary files are made, sent and compared, then removed. Run it with `npx tsx examples/04-file-transfer.ts`. It
// prints for each file its size and the beginning of its SHA-256, which the other end has computed, too:
//
//   empty.txt         0 bytes  sha256 e3b0c44298fc1c14  arrived unchanged
//   short.txt      5000 bytes  sha256 ...               arrived unchanged
//   large.bin  33554432 bytes  sha256 ...               arrived unchanged

import { createHash, type Hash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Client, Connection, Server, type StreamSource } from 'framewright'

const folder = await mkdtemp(join(tmpdir(), 'framewright-'))
const inbox = join(folder, 'inbox')

/** The same pieces, which the hash has seen as well. */
async function* hashed(pieces: StreamSource, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    hash.update(piece)
    yield piece
  }
}

/** At the server: a name, then the content under that name, answered by its SHA-256; and so on. */
class Keeper extends Connection {
  #name: string | undefined

  /** What fits into `maxMessageBytes` (8 MiB unless set) comes whole: names, and small files. */
  protected override async transmissionReceived(message: Buffer): Promise<void> {
    if (this.#name === undefined) this.#name = message.toString()
    else await this.#keep([message])
  }

  /** What does not comes in pieces. A disk that is slow slows the sender down. */
  protected override transmissionStream(_size: number, readable: Readable): Promise<void> {
    return this.#keep(readable)
  }

  async #keep(content: StreamSource): Promise<void> {
    // A name from outside must never lead out of the folder.
    const path = join(inbox, basename(this.#name ?? 'nameless'))
    this.#name = undefined
    const hash = createHash('sha256')
    await pipeline(hashed(content, hash), createWriteStream(path))
    await this.transmit(hash.digest())
  }
}
class FileServer extends Server<Keeper> {}

/** At the client: sends one file after the other. */
class Sender extends Connection {
  /** @returns the SHA-256 of the file, as both ends see it */
  async sendFile(path: string): Promise<{ readonly size: number; readonly here: Buffer; readonly there: Buffer }> {
    const { size } = await stat(path)
    const hash = createHash('sha256')
    await this.transmit(Buffer.from(basename(path)))
    await this.transmitStream(hashed(createReadStream(path), hash), size)
    return { size, here: hash.digest(), there: await this.receive() }
  }
}
class FileClient extends Client<Sender> {}

try {
  await mkdir(inbox)
  await writeFile(join(folder, 'empty.txt'), '')
  await writeFile(join(folder, 'short.txt'), 'short '.repeat(5_000).slice(0, 5_000))
  await writeFile(join(folder, 'large.bin'), randomBytes(32 * 1_048_576))

  const server = new FileServer({ listen: ['127.0.0.1:0'], handler: Keeper })
  await server.start()
  const client = new FileClient({ handler: Sender })
  const sender = await client.connectTo(server.address)

  for (const name of ['empty.txt', 'short.txt', 'large.bin']) {
    const { size, here, there } = await sender.sendFile(join(folder, name))
    const verdict = here.equals(there) ? 'arrived unchanged' : 'ARRIVED CHANGED'
    console.log(`${name}  ${String(size).padStart(8)} bytes  sha256 ${here.toString('hex', 0, 8)}  ${verdict}`)
  }

  await client.close()
  await server.close()
} finally {
  await rm(folder, { recursive: true })
}
