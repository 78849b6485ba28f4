import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { Client, type ClientOptions, Connection } from '@/core/index.js'
import { TransportError } from '@/errors.js'

/** What came back. */
export interface Echoed {
  readonly bytes: number
  readonly sha256: string
}

interface Waiter {
  readonly resolve: (echo: Echoed) => void
  readonly reject: (error: Error) => void
}

/** Takes messages as sizes and hashes, in their order; large ones are hashed as they come. */
export class SendConnection extends Connection {
  readonly #waiters: Waiter[] = []
  #ended: Error | undefined

  /** The next message that comes back. To be called before what it answers is sent: what nobody waits for is not kept. */
  echo(): Promise<Echoed> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }))
  }

  protected override transmissionReceived(message: Buffer): void {
    this.#came(message.length, createHash('sha256').update(message).digest('hex'))
  }

  protected override async transmissionStream(size: number, readable: Readable): Promise<void> {
    const hash = createHash('sha256')
    for await (const piece of readable) if (piece instanceof Uint8Array) hash.update(piece)
    this.#came(size, hash.digest('hex'))
  }

  protected override postLoop(cause: Error | undefined): void {
    this.#ended = cause ?? new TransportError('REMOTE_ENDED')
    for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#ended)
  }

  #came(bytes: number, sha256: string): void {
    this.#waiters.shift()?.resolve({ bytes, sha256 })
  }
}

export class SendClient extends Client<SendConnection> {
  constructor(options: Omit<ClientOptions<SendConnection>, 'handler'>) {
    super({ ...options, handler: SendConnection })
  }
}
