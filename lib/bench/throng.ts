import type { Address } from '@/bench/carrier.js'
import type { Described } from '@/bench/contender.js'
import type { Held } from '@/bench/memory.js'
import type { Load } from '@/bench/messages.js'
import { RemoteEnd, type RemoteEndOptions } from '@/bench/remoteEnd.js'

/** One sample of many connections. */
export interface ThrongSample {
  /** Of all of them together. */
  readonly count: number
  readonly elapsedMs: number
  /** Messages that had come on each connection when half of all had come. */
  readonly halfway: Float64Array
}

/** The two processes of a contender, and many connections between them, over TCP. */
export class Throng implements AsyncDisposable {
  readonly #contender: Described
  readonly #server: RemoteEnd
  readonly #client: RemoteEnd
  #address: Address | undefined
  #connections = 0

  constructor(contender: Described, options: RemoteEndOptions) {
    this.#contender = contender
    this.#server = new RemoteEnd(`${contender.name}, server`, options)
    this.#client = new RemoteEnd(`${contender.name}, clients`, options)
  }

  /** Listens. */
  async enter(): Promise<void> {
    const { name, module } = this.#contender
    this.#address = await this.#server.tell('serve', { name, module }, { carrier: 'tcp' })
    this.#server.keepOnCore(0)
    this.#client.keepOnCore(1)
  }

  /** Opens so many connections, once. @returns milliseconds until all of them were ready at both ends */
  async open(connections: number): Promise<number> {
    if (this.#address === undefined) throw new Error('it does not listen yet')
    const { name, module } = this.#contender
    const { startMs } = await this.#client.tell('connectMany', { name, module }, this.#address, connections)
    this.#connections = connections
    return (await this.#server.tell('crowded', connections)) - startMs
  }

  /** @param load of each connection @param thorough compares every byte that arrives */
  async play(load: Load, thorough = false): Promise<ThrongSample> {
    await this.#server.tell('expect', load, thorough, 'look', this.#connections)
    const [sent, arrived] = await Promise.all([this.#client.tell('sendOnAll', load), this.#server.tell('arrived')])
    const halfway = await this.#server.tell('halfway')
    return { count: load.count * this.#connections, elapsedMs: arrived.endMs - sent.startMs, halfway }
  }

  /** What both ends hold after a collection. Needs `--expose-gc` among the options. */
  async held(): Promise<{ readonly server: Held; readonly client: Held }> {
    return { server: await this.#server.tell('held'), client: await this.#client.tell('held') }
  }

  /** @throws Error when more has arrived than was sent */
  async check(): Promise<void> {
    await this.#client.tell('check')
    await this.#server.tell('check')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#server.dismiss(), this.#client.dismiss()])
  }
}
