import type { Carrier } from '@/bench/carrier.js'
import { type Distribution, percentileNs } from '@/bench/distribution.js'

/** How one entrant did in one round. */
export interface Sample {
  /** Messages sent. */
  readonly count: number
  /** From the first message asked of the sender to the last one seen by the receiver. */
  readonly elapsedMs: number
  readonly clientCpuMs: number
  readonly serverCpuMs: number
  /** Of a closed or an open loop. */
  readonly latencies?: Distribution
}

/** All samples of one entrant, one a round. */
export interface Score {
  readonly name: string
  readonly carrier: Carrier
  /** Of each message. */
  readonly bytes: number
  readonly samples: readonly Sample[]
  /** Of all rounds together. */
  readonly latencies?: Distribution
}

/** Messages a second in each round. */
export const messageRates = ({ samples }: Score): number[] =>
  samples.map(({ count, elapsedMs }) => (count / elapsedMs) * 1e3)

/** Millions of payload bytes a second in each round. */
export const megabyteRates = ({ bytes, samples }: Score): number[] =>
  samples.map(({ count, elapsedMs }) => (count * bytes) / elapsedMs / 1e3)

/** Seconds of processor time for a million messages, in each round. */
export const cpuSeconds = ({ samples }: Score, end: 'client' | 'server'): number[] =>
  samples.map((sample) => ((end === 'client' ? sample.clientCpuMs : sample.serverCpuMs) / sample.count) * 1e3)

/** What `percent` of the messages did not exceed, in microseconds, in each round. */
export const latenciesUs = ({ samples }: Score, percent: number): number[] =>
  samples.flatMap(({ latencies }) => (latencies === undefined ? [] : [percentileNs(latencies, percent) / 1e3]))
