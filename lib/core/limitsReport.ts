import { AHEAD_BYTES } from '@/core/inbox.js'
import type { MemoryBudget } from '@/core/memoryBudget.js'
import type { Settings } from '@/core/options.js'
import { PIECE_BYTES } from '@/core/placedReads.js'
import { SLAB_BYTES } from '@/core/slabPool.js'

/** The worst case in bytes. */
export interface LimitsReport {
  readonly connections: number
  /** What one connection may hold of what has arrived. */
  readonly inboundBytesPerConnection: number
  /** What one connection may hold of what is to leave; filled by this program, never by the other end. */
  readonly outboundBytesPerConnection: number
  /** What all connections together may hold of what has arrived: the budget, and a part of a chunk for each. */
  readonly inboundBytes: number
  toString(): string
}

/** The last piece of a stream, a chunk that waits behind a withheld answer, and a message in it that is not whole. */
const CHUNKS_BYTES = PIECE_BYTES + 2 * 65_536

/** @param connections how many there may be */
export const reportLimits = (settings: Settings, budget: MemoryBudget, connections: number): LimitsReport => {
  const { maxMessageBytes, maxInboxBytes, maxOutboxBytes, highWaterMarkBytes } = settings
  const own = maxMessageBytes + 2 * maxInboxBytes + AHEAD_BYTES + CHUNKS_BYTES
  const inboundBytesPerConnection = Math.min(own, budget.maxBytes + CHUNKS_BYTES)
  const outboundBytesPerConnection = maxOutboxBytes + highWaterMarkBytes + SLAB_BYTES
  const inboundBytes = Math.min(budget.maxBytes, own * connections) + CHUNKS_BYTES * connections
  const lines = [
    `connections                     ${connections}`,
    `inbound, one connection         ${mebibytes(inboundBytesPerConnection)}`,
    `inbound, all together           ${mebibytes(inboundBytes)} (budget ${mebibytes(budget.maxBytes)}, ${budget.maxPieces} messages)`,
    `outbound, one connection        ${mebibytes(outboundBytesPerConnection)}`,
  ]
  return {
    connections,
    inboundBytesPerConnection,
    outboundBytesPerConnection,
    inboundBytes,
    toString: () => lines.join('\n'),
  }
}

const mebibytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MiB`
