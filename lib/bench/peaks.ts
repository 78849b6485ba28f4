import { Berths } from '@/bench/berths.js'
import type { Carrier } from '@/bench/carrier.js'
import type { Described } from '@/bench/contender.js'
import { Corner } from '@/bench/corner.js'
import type { Duty } from '@/bench/end.js'
import type { Load } from '@/bench/messages.js'
import type { RemoteEndOptions } from '@/bench/remoteEnd.js'

/** What one sample takes of two processes whose memory nobody has used before. */
export interface Peaks {
  /** Resident memory at its peak, beyond what each end held before the first message. */
  readonly clientBytes: number
  readonly serverBytes: number
  readonly elapsedMs: number
  /** From the moment at which the sender had nothing left to do to the last arrival; below 0 where it waited for an answer. */
  readonly behindMs: number
}

/** How it is taken. */
export interface PeaksOptions {
  /** @default 'tcp' */
  readonly carrier?: Carrier
  /** @default 'look' */
  readonly duty?: Duty
  /** Compares every byte that arrives. @default false */
  readonly thorough?: boolean
}

/** Sends one sample in processes of its own. */
export const peaksOf = async (
  contender: Described,
  load: Load,
  ends: RemoteEndOptions,
  { carrier = 'tcp', duty = 'look', thorough = false }: PeaksOptions = {},
): Promise<Peaks> => {
  const berths = new Berths()
  const corner = new Corner(contender, carrier, ends)
  try {
    await corner.enter(await berths.at(carrier))
    const peaks = await corner.peaks(load, duty, thorough)
    await corner.leave()
    return peaks
  } finally {
    await corner.dismiss()
    await berths.leave()
  }
}
