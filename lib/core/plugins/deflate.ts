import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { checkRanges, type Range } from '@/core/options.js'
import type { Plugin } from '@/core/plugin.js'
import { TransportError } from '@/errors.js'

/** The ends may differ in `level` and `minBytes`; a receiver's `maxOutputBytes` must not be below the sender's. */
export interface DeflateOptions {
  /** How hard zlib tries. 0 to 9. @default 6 */
  readonly level?: number
  /** Smaller messages travel as they are. 0 to 4_043_309_055 bytes. @default 256 */
  readonly minBytes?: number
  /**
   * Largest message packed or unpacked; larger ones travel as they are. 1 to 4_043_309_055 bytes.
   * @default 8_388_608 (8 MiB)
   */
  readonly maxOutputBytes?: number
}

const RANGES: Readonly<Record<keyof DeflateOptions, Range>> = {
  level: [6, 0, 9],
  minBytes: [256, 0, 0xf0ff_ffff],
  maxOutputBytes: [8_388_608, 1, 0xf0ff_ffff],
}

const STORED = 0
const DEFLATED = 1

/**
 * Packs each message by itself, so a message costs one byte more at worst. Works on the event loop's thread: large
 * messages hold it up. It stands before `seal`, as sealed bytes do not get smaller. Do not use it where a stranger
 * chooses part of a message that also holds a secret: the size tells how alike the two are.
 * @returns one plugin without state, for any number of connections
 * @throws TransportError OPTION_INVALID
 * @see WIRE.md, "deflate"
 */
export const deflate = (options: DeflateOptions = {}): Plugin => new Deflate(options)

class Deflate implements Plugin {
  readonly #level: number
  readonly #minBytes: number
  readonly #maxOutputBytes: number

  constructor(options: DeflateOptions) {
    const { level, minBytes, maxOutputBytes } = checkRanges<DeflateOptions>(options, RANGES)
    this.#level = level
    this.#minBytes = minBytes
    this.#maxOutputBytes = maxOutputBytes
  }

  outbound(message: Uint8Array): Uint8Array {
    // an empty message cannot get smaller, and the other end would refuse to unpack one above the limit
    const worthTrying = message.length >= this.#minBytes && message.length <= this.#maxOutputBytes && message.length > 0
    if (!worthTrying) return marked(STORED, message)
    const packed = deflateRawSync(message, { level: this.#level })
    return packed.length < message.length ? marked(DEFLATED, packed) : marked(STORED, message)
  }

  inbound(message: Uint8Array): Uint8Array {
    const body = message.subarray(1)
    switch (message[0]) {
      case STORED:
        return body
      case DEFLATED:
        return this.#unpacked(body)
      case undefined:
        throw rejected({ reason: 'the first byte is missing' })
      default:
        throw rejected({ reason: 'the first byte is neither 0 nor 1', byte: message[0] })
    }
  }

  #unpacked(body: Uint8Array): Uint8Array {
    let result: unknown
    try {
      result = inflateRawSync(body, { maxOutputLength: this.#maxOutputBytes, info: true })
    } catch (cause) {
      throw this.#refusal(cause)
    }
    const { unpacked, consumedBytes } = inflated(result)
    if (consumedBytes === body.length) return unpacked
    throw rejected({ reason: 'bytes follow the end of the packed data', bytes: body.length - consumedBytes })
  }

  #refusal(cause: unknown): TransportError {
    if (!(cause instanceof Error)) return rejected({ reason: String(cause) }, cause)
    const tooLarge = 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE'
    return tooLarge
      ? rejected({ reason: 'the message unpacks to more than maxOutputBytes', limit: this.#maxOutputBytes }, cause)
      : rejected({ reason: cause.message }, cause)
  }
}

const marked = (mark: number, body: Uint8Array): Uint8Array => {
  const bytes = Buffer.allocUnsafe(1 + body.length)
  bytes[0] = mark
  bytes.set(body, 1)
  return bytes
}

/** With `info`, zlib also says how many bytes it read, which its types do not know. It ignores what follows the end. */
const inflated = (result: unknown): { readonly unpacked: Uint8Array; readonly consumedBytes: number } => {
  if (typeof result === 'object' && result !== null && 'buffer' in result && 'engine' in result) {
    const { buffer, engine } = result
    const known = typeof engine === 'object' && engine !== null && 'bytesWritten' in engine
    if (buffer instanceof Uint8Array && known && typeof engine.bytesWritten === 'number') {
      return { unpacked: buffer, consumedBytes: engine.bytesWritten }
    }
  }
  throw new TypeError('zlib did not say how many bytes it read')
}

const rejected = (detail: Readonly<Record<string, string | number>>, cause?: unknown): TransportError =>
  new TransportError('PLUGIN_REJECTED', { plugin: 'Deflate', ...detail }, cause === undefined ? {} : { cause })
