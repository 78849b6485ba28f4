import { TransportError } from '@/errors.js'

const MAGIC = 0xfd2fb528
/** Memory that any frame may ask for; a body that is larger allows as much as it has bytes. */
const MAX_WINDOW_BYTES = 8_388_608
const CONTENT_SIZE_BYTES = [0, 2, 4, 8]
const DICTIONARY_ID_BYTES = [0, 1, 2, 4]

/**
 * Looks at the head of a frame before anything is decompressed: what it says about its memory and its size is believed
 * by decompressors, so it must not say more than was announced.
 * @param length what the body must have when it is decompressed, in bytes
 * @throws TransportError ZSTD_REFUSED
 * @see WIRE.md, "compression"
 */
export const checkZstdFrame = (frame: Buffer, length: number): void => {
  if (frame.length < 6 || frame.readUInt32LE() !== MAGIC) throw zstdRefused('it is no zstd frame')
  const descriptor = frame.readUInt8(4)
  const isSingle = (descriptor & 0x20) !== 0
  if ((descriptor & 0x08) !== 0) throw zstdRefused('the frame has a reserved bit set')
  const sizeCode = descriptor >> 6
  const sizeBytes = isSingle && sizeCode === 0 ? 1 : (CONTENT_SIZE_BYTES[sizeCode] ?? 0)
  const sizeAt = 5 + (isSingle ? 0 : 1) + (DICTIONARY_ID_BYTES[descriptor & 3] ?? 0)
  if (frame.length < sizeAt + sizeBytes) throw zstdRefused('the frame ends too early')
  const size = sizeBytes === 0 ? undefined : contentSize(frame, sizeAt, sizeBytes)
  if (size !== undefined && size !== BigInt(length))
    throw zstdRefused('the frame has another size than was announced', { size: String(size), announced: length })
  if (!isSingle) checkWindow(frame.readUInt8(5), length)
}

/** Two bytes count from 256 on. */
const contentSize = (frame: Buffer, at: number, bytes: number): bigint => {
  if (bytes === 8) return frame.readBigUInt64LE(at)
  const value = frame.readUIntLE(at, bytes)
  return BigInt(bytes === 2 ? value + 256 : value)
}

const checkWindow = (descriptor: number, length: number): void => {
  const base = 2 ** (10 + (descriptor >> 3))
  const window = base + (base / 8) * (descriptor & 7)
  const limit = Math.max(MAX_WINDOW_BYTES, length)
  if (window > limit) throw zstdRefused('the frame wants too large a window', { window, limit })
}

/** What the other end did is not allowed; `problem` says what it was. */
export const zstdRefused = (
  problem: string,
  detail: Readonly<Record<string, string | number>> = {},
  options?: ErrorOptions,
): TransportError => new TransportError('ZSTD_REFUSED', { problem, ...detail }, options)
