import { nodeZstd } from '@/protocols/lonely/zstdOfNode.js'
import { wasmZstd } from '@/protocols/lonely/zstdOfWasm.js'

/**
 * Compresses and decompresses whole bodies, on the event loop's thread. Both implementations read each other's frames.
 */
export interface Zstd {
  /** Where it comes from. */
  readonly from: 'node:zlib' | '@bokuweb/zstd-wasm'
  /**
   * One frame. @param level as zstd has it, -131_072 to 22
   * @param dictionary a trained one, or any bytes that bodies resemble
   */
  compress(body: Uint8Array, level: number, dictionary?: Uint8Array): Buffer
  /**
   * Takes no more memory than for `length` bytes and a window of the larger of `length` and 8 MiB.
   * @param frame exactly one
   * @param length what the body has, in bytes
   * @throws TransportError ZSTD_REFUSED when the frame is broken, or holds more or less
   */
  decompress(frame: Uint8Array, length: number, dictionary?: Uint8Array): Buffer
}

/**
 * The zstd of this Node.js if it has one that knows dictionaries (24 has, 20 has not), else the optional dependency
 * `@bokuweb/zstd-wasm`, which is loaded by this call and not before.
 * @returns undefined where there is neither; then `enableZstd` must stay off
 */
export const loadZstd = async (): Promise<Zstd | undefined> => nodeZstd() ?? (await wasmZstd())
