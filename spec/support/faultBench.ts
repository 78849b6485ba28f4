import type { Duplex } from 'node:stream'
import { parseFaults } from '@/lab/faults/parseFault.js'
import { type FaultyPair, faultyPair } from '@/lab/relay/faultyPair.js'
import type { RelayOptions } from '@/lab/relay/relay.js'
import type { RelayEvent } from '@/lab/relay/relayEvent.js'
import { hex, toHex } from './hex.js'
import { ManualClock } from './manualClock.js'
import { turns } from './turns.js'

/** What an end got: hex digits of each piece, `end` or `reset`, each with when. */
export type Got = readonly [atMs: number, what: string]

/** A connection in memory with faults in its middle, and at each end somebody who writes down what arrives. */
export class FaultBench {
  readonly clock = new ManualClock()
  readonly pair: FaultyPair
  readonly events: RelayEvent[] = []
  /** What the accepting end got. */
  readonly up: Got[] = []
  /** What the end that opened the connection got. */
  readonly down: Got[] = []

  constructor(faults: readonly string[], options: RelayOptions = {}) {
    const observe = (event: RelayEvent): void => void this.events.push(event)
    this.pair = faultyPair({ clock: this.clock, observe, ...options, faults: parseFaults(faults) })
    this.#writeDown(this.pair.acceptor, this.up)
    this.#writeDown(this.pair.opener, this.down)
  }

  /** What the accepting end got, without the times. */
  get got(): string[] {
    return this.up.map(([, what]) => what)
  }

  /** What the faults told. */
  get notes(): string[] {
    return this.events.flatMap((event) => (event.kind === 'fault' ? [`${event.fault} ${event.did}`] : []))
  }

  /** The opener says these bytes at once. @param digits hex */
  async say(digits: string): Promise<this> {
    this.pair.opener.write(hex(digits))
    await turns(40)
    return this
  }

  async answer(digits: string): Promise<this> {
    this.pair.acceptor.write(hex(digits))
    await turns(40)
    return this
  }

  /** The opener ends its stream. */
  async end(): Promise<this> {
    this.pair.opener.end()
    await turns(40)
    return this
  }

  /** Lets time pass, millisecond by millisecond, with all that happens meanwhile. */
  async pass(ms: number): Promise<this> {
    for (let passed = 0; passed < ms; passed++) {
      this.clock.advance(1)
      await turns(4)
    }
    return this
  }

  #writeDown(stream: Duplex, got: Got[]): void {
    stream.on('data', (chunk: Buffer) => got.push([this.clock.now(), toHex(chunk)]))
    stream.on('end', () => got.push([this.clock.now(), 'end']))
    stream.on('error', () => got.push([this.clock.now(), 'reset']))
  }
}
