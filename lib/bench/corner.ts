import type { Address, Berth, Carrier } from '@/bench/carrier.js'
import type { Described } from '@/bench/contender.js'
import { distributionOf } from '@/bench/distribution.js'
import type { Duty } from '@/bench/end.js'
import type { Load } from '@/bench/messages.js'
import { delaysNs } from '@/bench/paced.js'
import type { Peaks } from '@/bench/peaks.js'
import { RemoteEnd, type RemoteEndOptions } from '@/bench/remoteEnd.js'
import type { Sample } from '@/bench/score.js'

/** How messages are sent: as fast as they go, each when the one before has come back, or so many a second. */
export type Mode = { readonly kind: 'saturating' } | { readonly kind: 'closed' } | OpenLoop
export interface OpenLoop {
  readonly kind: 'open'
  readonly perSecond: number
}

/** A sample with the time of each message in nanoseconds, where the mode takes it. */
export interface Taken {
  readonly sample: Sample
  readonly timesNs: Float64Array
}

/** Where something that stands between both ends can be reached instead. */
export interface Between extends AsyncDisposable {
  readonly address: Address
}
/** Puts something between both ends, such as a delay. */
export type Through = (address: Address) => Promise<Between>

/** The two ends of a contender, each in a process of its own, and one connection between them. */
export class Corner {
  readonly contender: Described
  readonly carrier: Carrier
  readonly #server: RemoteEnd
  readonly #client: RemoteEnd
  #between: Between | undefined
  #address: Address | undefined

  /** @param housemate whose two processes it is to share */
  constructor(contender: Described, carrier: Carrier, options: RemoteEndOptions, housemate?: Corner) {
    this.contender = contender
    this.carrier = carrier
    const name = carrier === 'tcp' ? contender.name : `${contender.name}, ${carrier}`
    const [server, client] = housemate === undefined ? [] : [housemate.#server, housemate.#client]
    this.#server = new RemoteEnd(name, options, server)
    this.#client = new RemoteEnd(name, options, client)
  }

  async enter(berth: Berth, through?: Through): Promise<void> {
    const { name, module } = this.contender
    const address = await this.#server.tell('serve', { name, module }, berth)
    this.#between = await through?.(address)
    this.#address = this.#between?.address ?? address
    await this.connect()
  }

  /** Opens a connection, in place of the one there was. */
  async connect(): Promise<void> {
    const { name, module } = this.contender
    if (this.#address === undefined) throw new Error('it does not listen yet')
    await this.#client.tell('connect', { name, module }, this.#address)
  }

  /** @param cores that both share */
  keepOnCores(cores: 1 | 2): void {
    this.#server.keepOnCore(0)
    this.#client.keepOnCore(cores - 1)
  }

  /** @param thorough compares every byte that arrives */
  play(mode: Mode, load: Load, thorough = false): Promise<Taken> {
    if (mode.kind === 'saturating') return this.#send(load, thorough)
    return mode.kind === 'closed' ? this.#rally(load, thorough) : this.#pace(mode, load, thorough)
  }

  /** What each end holds at its peak while a sample is sent, beyond what it held before. */
  async peaks(load: Load, duty: Duty, thorough: boolean): Promise<Peaks> {
    await Promise.all([this.#server.tell('startPeak'), this.#client.tell('startPeak')])
    const { elapsedMs, behindMs } = await this.#sendTo(load, thorough, duty)
    const [serverBytes, clientBytes] = [await this.#server.tell('stopPeak'), await this.#client.tell('stopPeak')]
    return { clientBytes, serverBytes, elapsedMs, behindMs }
  }

  /** Says good-bye. @throws Error when more has arrived than was sent */
  async leave(): Promise<void> {
    await this.#client.tell('check')
    await this.#client.tell('close')
    await this.#server.tell('check')
    await this.#server.tell('close')
  }

  async dismiss(): Promise<void> {
    await Promise.all([this.#server.dismiss(), this.#client.dismiss()])
    await this.#between?.[Symbol.asyncDispose]()
  }

  async #send(load: Load, thorough: boolean): Promise<Taken> {
    const { behindMs: _, ...sample } = await this.#sendTo(load, thorough, 'look')
    return { sample, timesNs: new Float64Array() }
  }

  async #sendTo(load: Load, thorough: boolean, duty: Duty): Promise<Sample & { readonly behindMs: number }> {
    await this.#server.tell('expect', load, thorough, duty)
    const [sent, arrived] = await Promise.all([this.#client.tell('send', load), this.#server.tell('arrived')])
    return {
      count: load.count,
      elapsedMs: arrived.endMs - sent.startMs,
      behindMs: arrived.endMs - sent.endMs,
      clientCpuMs: sent.cpuMs,
      serverCpuMs: arrived.cpuMs,
    }
  }

  async #rally(load: Load, thorough: boolean): Promise<Taken> {
    await this.#server.tell('expect', load, thorough, 'answer')
    const [{ timesNs, ...sent }, arrived] = await Promise.all([
      this.#client.tell('rally', load, thorough),
      this.#server.tell('arrived'),
    ])
    const elapsedMs = sent.endMs - sent.startMs
    return timed({ count: load.count, elapsedMs, clientCpuMs: sent.cpuMs, serverCpuMs: arrived.cpuMs }, timesNs)
  }

  async #pace({ perSecond }: OpenLoop, load: Load, thorough: boolean): Promise<Taken> {
    await this.#server.tell('expect', load, thorough, 'time')
    const [sent, arrived] = await Promise.all([
      this.#client.tell('pace', load, perSecond),
      this.#server.tell('arrived'),
    ])
    const timesNs = delaysNs(sent.schedule, await this.#server.tell('arrivalsMs'))
    const elapsedMs = arrived.endMs - sent.schedule.firstMs
    return timed({ count: load.count, elapsedMs, clientCpuMs: sent.cpuMs, serverCpuMs: arrived.cpuMs }, timesNs)
  }
}

const timed = (sample: Sample, timesNs: Float64Array): Taken => ({
  sample: { ...sample, latencies: distributionOf(timesNs) },
  timesNs,
})
