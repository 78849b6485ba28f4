import { type Checked, checkRanges, type Range } from '@/core/index.js'
import type { NodeFunction } from '@/protocols/pnet/nodeFunction.js'
import { MAX_MS, type NodeOptions } from '@/protocols/pnet/nodeOptions.js'

/** The numbers of streams, beside those of a node. */
export interface StreamLimits {
  /** Where streams are cut, at both ends as each likes, and up to where a value goes whole. 1 to 2^26 bytes. @default 16_384 */
  readonly chunkBytes?: number
  /** Streams that peers may be sending at once; beyond, the one that was silent the longest goes, if for a second or more. 1 to 100_000. @default 64 */
  readonly maxUploads?: number
  /** The same for one address. 1 to 100_000. @default 32 */
  readonly maxUploadsPerAddress?: number
  /** Streams that may wait for peers to fetch them; beyond, the same. 1 to 100_000. @default 256 */
  readonly maxResponses?: number
  /** The same for one address. 1 to 100_000. @default 128 */
  readonly maxResponsesPerAddress?: number
  /** Largest stream in either direction. 1 to 2^53-1 bytes. @default 1_073_741_824 (1 GiB) */
  readonly maxStreamBytes?: number
  /** What all streams together may take on the disk. 1 to 2^53-1 bytes. @default 4_294_967_296 (4 GiB) */
  readonly maxSpoolBytes?: number
  /** The same for streams of one address, both those that it sends and those that it fetches. 1 to 2^53-1 bytes. @default 2_147_483_648 (2 GiB) */
  readonly maxSpoolBytesPerAddress?: number
  /** A stream of which nothing is heard for so long is given up. 1 to 2^31-1 ms. @default 60_000 */
  readonly streamIdleMs?: number
}

/** How an advanced node behaves. */
export interface AdvancedNodeOptions extends NodeOptions, StreamLimits {
  /** What peers may call, by name. @default {} */
  readonly functions?: Readonly<Record<string, NodeFunction>>
  /** Where streams lie while they are not whole: an existing folder. @default the system's for temporary files */
  readonly spoolFolder?: string
  /** Functions find the tag before a value that came whole, `raw|hi`, as with the original. @default false */
  readonly taggedInput?: boolean
  /** Names of streams, which nobody may guess; for specs. @default 8 random bytes in base64 each */
  readonly newId?: () => string
}

/** Defaults and ranges. */
export const STREAM_RANGES: Readonly<Record<keyof StreamLimits, Range>> = {
  chunkBytes: [16_384, 1, 2 ** 26],
  maxUploads: [64, 1, 100_000],
  maxUploadsPerAddress: [32, 1, 100_000],
  maxResponses: [256, 1, 100_000],
  maxResponsesPerAddress: [128, 1, 100_000],
  maxStreamBytes: [1_073_741_824, 1, Number.MAX_SAFE_INTEGER],
  maxSpoolBytes: [4_294_967_296, 1, Number.MAX_SAFE_INTEGER],
  maxSpoolBytesPerAddress: [2_147_483_648, 1, Number.MAX_SAFE_INTEGER],
  streamIdleMs: [60_000, 1, MAX_MS],
}

/** @throws TransportError OPTION_INVALID */
export const streamLimitsOf = (options: StreamLimits): Checked<StreamLimits> =>
  checkRanges<StreamLimits>(options, STREAM_RANGES)
