import { connect, createServer, type Server, type Socket } from 'node:net'
import { portOf } from '@/bench/bareSockets.js'
import { type Address, type Berth, addressAt, placeOf } from '@/bench/carrier.js'
import type { Between } from '@/bench/corner.js'

/** Stands between the two ends of a contender, passes everything on, and counts it. */
export class WireCounter implements Between {
  readonly address: Address
  /** From the end that connected to the one that listens. */
  outBytes = 0
  backBytes = 0
  readonly #server: Server
  readonly #open: Set<Socket>

  private constructor(server: Server, open: Set<Socket>, address: Address) {
    this.#server = server
    this.#open = open
    this.address = address
  }

  /** @param berth of the same carrier as `target` */
  static async before(target: Address, berth: Berth): Promise<WireCounter> {
    const open = new Set<Socket>()
    const joined = (near: Socket): void => {
      const far = connect({ ...placeOf(target), noDelay: true })
      near.on('data', (chunk: Buffer) => (counter.outBytes += chunk.length))
      far.on('data', (chunk: Buffer) => (counter.backBytes += chunk.length))
      for (const socket of [near, far]) {
        open.add(socket)
        socket.on('error', () => socket.destroy())
        socket.on('close', () => {
          open.delete(socket)
          near.destroy()
          far.destroy()
        })
      }
      near.pipe(far)
      far.pipe(near)
    }
    const server = createServer({ noDelay: true }, joined)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(placeOf(berth), resolve)
    })
    const { carrier } = target
    const place = addressAt(berth, portOf(server))
    // The certificate is that of the end behind.
    const address = carrier === 'tls' ? { carrier, port: portOf(server), ca: target.ca } : place
    const counter = new WireCounter(server, open, address)
    return counter
  }

  /** Begins at zero. */
  reset(): void {
    this.outBytes = 0
    this.backBytes = 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#open) socket.destroy()
    await new Promise((closed) => this.#server.close(closed))
  }
}
