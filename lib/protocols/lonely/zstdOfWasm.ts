import { asBuffer } from '@/bytes/asBuffer.js'
import { unwritable } from '@/protocols/lonely/malformed.js'
import type { Zstd } from '@/protocols/lonely/zstd.js'
import { checkZstdFrame, zstdRefused } from '@/protocols/lonely/zstdFrame.js'

/** Beyond this its memory cannot be relied on: it does not notice when it gets none. */
const MAX_BYTES = 268_435_456
const NO_DICTIONARY = Buffer.alloc(0)

/** There is one memory for the whole process, which must be set up once. */
let loading: Promise<Zstd | undefined> | undefined

/** The optional dependency; undefined where it is not installed or does not start. */
export const wasmZstd = (): Promise<Zstd | undefined> => (loading ??= load())

const started = async () => {
  const wasm = await import('@bokuweb/zstd-wasm')
  await wasm.init()
  return wasm
}

const load = async (): Promise<Zstd | undefined> => {
  const wasm = await started().catch(() => undefined)
  if (wasm === undefined) return undefined
  return {
    from: '@bokuweb/zstd-wasm',
    compress: (body, level, dictionary) => {
      if (body.length > MAX_BYTES) throw unwritable('the body is too large to be compressed here', { limit: MAX_BYTES })
      if (dictionary === undefined) return asBuffer(wasm.compress(body, level))
      const context = wasm.createCCtx()
      try {
        return asBuffer(wasm.compressUsingDict(context, body, dictionary, level))
      } finally {
        wasm.freeCCtx(context)
      }
    },
    decompress: (bytes, length, dictionary) => {
      if (Math.max(bytes.length, length) > MAX_BYTES) throw zstdRefused('the body is too large', { limit: MAX_BYTES })
      checkZstdFrame(asBuffer(bytes), length)
      // what it takes memory for when the frame has no size; when it has one, that has just been checked
      const room = { defaultHeapSize: length }
      const context = wasm.createDCtx()
      try {
        const body = wasm.decompressUsingDict(context, bytes, dictionary ?? NO_DICTIONARY, room)
        if (body.length === length) return asBuffer(body)
      } catch (cause) {
        throw zstdRefused('the frame cannot be decompressed', {}, { cause })
      } finally {
        wasm.freeDCtx(context)
      }
      throw zstdRefused('the body has another size than was announced', { announced: length })
    },
  }
}
