import { tmpdir } from 'node:os'
import type { Body } from '@/protocols/lonely/bodies/body.js'
import { type Books, COPIED_BYTES, Intake } from '@/protocols/lonely/bodies/intake.js'
import { MemoryBody } from '@/protocols/lonely/bodies/memoryBody.js'
import { TransportError } from '@/errors.js'

/** What bodies may take. */
export interface BodyLimits {
  /** Largest body. 1 to 2^50 bytes. @default 4_294_967_296 (4 GiB) */
  readonly maxBodyBytes?: number
  /** Larger ones are kept in a file while they are under way. 0 to 2^30 bytes. @default 10_485_760 (10 MiB) */
  readonly maxBodyInMemoryBytes?: number
  /**
   * All bodies in memory together; beyond, they are kept in files, too. 0 to 2^40 bytes. @default 268_435_456 (256 MiB)
   */
  readonly maxBodyMemoryBytes?: number
  /** All bodies in files together; beyond, none is taken. 0 to 2^50 bytes. @default 17_179_869_184 (16 GiB) */
  readonly maxSpoolBytes?: number
}

/** Defaults and ranges. */
export const BODY_RANGES = {
  maxBodyBytes: [4_294_967_296, 1, 2 ** 50],
  maxBodyInMemoryBytes: [10_485_760, 0, 2 ** 30],
  maxBodyMemoryBytes: [268_435_456, 0, 2 ** 40],
  maxSpoolBytes: [17_179_869_184, 0, 2 ** 50],
} as const

/** Keeps bodies while somebody needs them: small ones in memory, large ones in files, within bounds. */
export class BodyStore {
  readonly #limits: Readonly<Required<BodyLimits>>
  readonly #folder: string
  #memoryBytes = 0
  #spoolBytes = 0

  /** @param folder for the files, which have no name once they are open, where the system allows it */
  constructor(limits: Readonly<Required<BodyLimits>>, folder: string = tmpdir()) {
    this.#limits = limits
    this.#folder = folder
  }

  /** Bytes in memory and in files. */
  get held(): { readonly memoryBytes: number; readonly spoolBytes: number } {
    return { memoryBytes: this.#memoryBytes, spoolBytes: this.#spoolBytes }
  }

  /**
   * A body that is here already.
   * @param bytes not to be changed any more
   * @throws TransportError BODY_TOO_LARGE, BODY_FAILED
   */
  keep(bytes: Buffer, digest: Buffer): Body | Promise<Body> {
    this.#admit(bytes.length)
    if (!this.#fitsMemory(bytes.length)) return this.#spool(bytes)
    this.#memoryBytes += bytes.length
    const own = bytes.length < COPIED_BYTES ? Buffer.from(bytes) : bytes
    return new MemoryBody(own, digest, this.#forget)
  }

  /**
   * A body that will come in pieces.
   * @param size bytes in all; undefined when nobody knows
   * @throws TransportError BODY_TOO_LARGE
   */
  intake(size: number | undefined): Intake {
    this.#admit(size ?? 0)
    return new Intake(this.#limits, this.#folder, this.#books(), size)
  }

  async #spool(bytes: Buffer): Promise<Body> {
    const intake = this.intake(bytes.length)
    try {
      await intake.add(bytes)
      return await intake.finish()
    } catch (error) {
      intake.discard()
      throw error
    }
  }

  #books(): Books {
    return {
      fitsMemory: (bytes) => this.#fitsMemory(bytes),
      memory: (bytes) => {
        this.#memoryBytes += bytes
      },
      spool: (bytes) => {
        const limit = this.#limits.maxSpoolBytes
        if (this.#spoolBytes + bytes > limit)
          throw new TransportError('BODY_TOO_LARGE', { spoolBytes: this.#spoolBytes + bytes, limit })
        this.#spoolBytes += bytes
      },
    }
  }

  readonly #forget = (bytes: number): void => {
    this.#memoryBytes -= bytes
  }

  #fitsMemory(bytes: number): boolean {
    return bytes <= this.#limits.maxBodyInMemoryBytes && this.#memoryBytes + bytes <= this.#limits.maxBodyMemoryBytes
  }

  #admit(size: number): void {
    const limit = this.#limits.maxBodyBytes
    if (size > limit) throw new TransportError('BODY_TOO_LARGE', { size, limit })
  }
}
