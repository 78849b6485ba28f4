import type { Load } from '@/bench/messages.js'

/** How one entrant did. */
export interface Sample {
  /** From the first message asked of the sender to the last one seen by the receiver. */
  readonly elapsedMs: number
  readonly clientCpuMs: number
  readonly serverCpuMs: number
}

/** All samples of one entrant, one a round. */
export interface Score {
  readonly name: string
  readonly load: Load
  readonly samples: readonly Sample[]
}

/** Messages a second in each round. */
export const messageRates = ({ load, samples }: Score): number[] =>
  samples.map(({ elapsedMs }) => (load.count / elapsedMs) * 1e3)

/** Millions of payload bytes a second in each round. */
export const megabyteRates = ({ load, samples }: Score): number[] =>
  samples.map(({ elapsedMs }) => (load.count * load.bytes) / elapsedMs / 1e3)
