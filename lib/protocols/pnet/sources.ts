import { RandomPool } from '@/protocols/pnet/randomPool.js'

/** Where chance and time come from. Specs pass in their own; whoever does so elsewhere gives the secrecy away. */
export interface Sources {
  /** `bytes` fresh bytes that nobody can guess. */
  readonly random: (bytes: number) => Uint8Array
  /** Milliseconds since 1970. */
  readonly nowMs: () => number
}

/** The system's own. */
export const SYSTEM_SOURCES: Sources = { random: new RandomPool().take, nowMs: Date.now }
