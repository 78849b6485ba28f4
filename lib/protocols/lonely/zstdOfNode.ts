import * as zlib from 'node:zlib'
import { asBuffer } from '@/bytes/asBuffer.js'
import type { Zstd } from '@/protocols/lonely/zstd.js'
import { checkZstdFrame, zstdRefused } from '@/protocols/lonely/zstdFrame.js'

type Work = (bytes: Uint8Array, options: object) => unknown

/** The zstd that this Node.js brings along; undefined where it has none, or one that ignores dictionaries. */
export const nodeZstd = (): Zstd | undefined => {
  const compress = workOf('zstdCompressSync')
  const decompress = workOf('zstdDecompressSync')
  const level = constantOf('ZSTD_c_compressionLevel')
  const windowLog = constantOf('ZSTD_d_windowLogMax')
  // as the originals write frames: without size, dictionary id and checksum, which the headers of a message make up for
  const flags = ['ZSTD_c_contentSizeFlag', 'ZSTD_c_dictIDFlag', 'ZSTD_c_checksumFlag'].map((name) => constantOf(name))
  const bare = Object.fromEntries(flags.flatMap((flag) => (flag === undefined ? [] : [[flag, 0]])))
  if (compress === undefined || decompress === undefined || level === undefined || windowLog === undefined)
    return undefined
  const zstd: Zstd = {
    from: 'node:zlib',
    compress: (body, atLevel, dictionary) => {
      const params = { ...bare, [level]: atLevel }
      return bufferOf(compress(body, { params, ...withDictionary(dictionary) }))
    },
    decompress: (bytes, length, dictionary) => {
      const frame = asBuffer(bytes)
      checkZstdFrame(frame, length)
      const params = { [windowLog]: Math.max(23, Math.ceil(Math.log2(length + 1))) }
      // a limit of zero is not taken
      const options = { params, maxOutputLength: Math.max(length, 1), info: true, ...withDictionary(dictionary) }
      const { body, consumedBytes } = decompressed(() => decompress(frame, options))
      if (body.length !== length)
        throw zstdRefused('the body has another size than was announced', { announced: length })
      if (consumedBytes !== frame.length)
        throw zstdRefused('bytes follow the frame', { bytes: frame.length - consumedBytes })
      return body
    },
  }
  return knowsDictionaries(zstd) ? zstd : undefined
}

const isWork = (value: unknown): value is Work => typeof value === 'function'

const workOf = (name: string): Work | undefined => {
  const value: unknown = Reflect.get(zlib, name)
  return isWork(value) ? value : undefined
}

const constantOf = (name: string): number | undefined => {
  const value: unknown = Reflect.get(zlib.constants, name)
  return typeof value === 'number' ? value : undefined
}

const withDictionary = (dictionary: Uint8Array | undefined): { dictionary?: Uint8Array } =>
  dictionary === undefined ? {} : { dictionary }

const bufferOf = (value: unknown): Buffer => {
  if (value instanceof Uint8Array) return asBuffer(value)
  throw new TypeError('zlib gave no bytes')
}

const decompressed = (work: () => unknown): { readonly body: Buffer; readonly consumedBytes: number } => {
  let result: unknown
  try {
    result = work()
  } catch (cause) {
    throw zstdRefused('the frame cannot be decompressed', {}, { cause })
  }
  const engine: unknown = Reflect.get(Object(result), 'engine')
  const consumedBytes: unknown = Reflect.get(Object(engine), 'bytesWritten')
  if (typeof consumedBytes !== 'number') throw new TypeError('zlib did not say how many bytes it read')
  return { body: bufferOf(Reflect.get(Object(result), 'buffer')), consumedBytes }
}

/** Early versions have zstd and pass over the option. */
const knowsDictionaries = (zstd: Zstd): boolean => {
  const text = Buffer.from('0123456789 abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ')
  return zstd.compress(text, 3, text).length < zstd.compress(text, 3).length
}
