import { decodePart, type Part, TotalChecksum } from '@/protocols/pnet/parts.js'
import { Spool, type SpoolPlace } from '@/protocols/pnet/spool.js'
import { type KeptStream, StreamTable } from '@/protocols/pnet/streamTable.js'
import { Strikes } from '@/protocols/pnet/strikes.js'
import { TransportError } from '@/errors.js'

/** What an upload is for. */
export interface UploadHead {
  readonly functionName: string
  readonly originator: string
  /** The address it comes from, as far as that is known. */
  readonly owner?: string | undefined
}

/** A stream that has come in whole. Whoever takes it closes its spool. */
export interface Upload extends UploadHead {
  readonly spool: Spool
}

/** What is answered to a message about an upload that cannot be followed. */
export type UploadRefusal = 'wrong id' | 'checksum error' | 'too many uploads' | 'too large'

/** How many, and for how long. */
export interface UploadLimits {
  readonly maxUploads: number
  readonly maxUploadsPerAddress: number
  readonly streamIdleMs: number
}

interface Open extends Upload, KeptStream {
  readonly owner: string | undefined
  readonly total: TotalChecksum
  parts: number
  lastSum: string
  /** Messages about one upload are taken one after the other. */
  turn: Promise<unknown>
}

/** Streams that peers are sending, part by part, each on a connection of its own. */
export class Uploads {
  readonly #open: StreamTable<Open>
  readonly #place: SpoolPlace
  readonly #now: () => number
  readonly #strikes = new Strikes()

  constructor(limits: UploadLimits, place: SpoolPlace, now: () => number) {
    const { maxUploads: most, maxUploadsPerAddress: mostOfEach, streamIdleMs: idleMs } = limits
    this.#open = new StreamTable({ most, mostOfEach, idleMs }, now)
    this.#place = place
    this.#now = now
  }

  get size(): number {
    return this.#open.size
  }

  /** @param id as the peer has chosen it @returns why not, or undefined */
  begin(id: string, head: UploadHead): UploadRefusal | undefined {
    const before = this.#open.get(id)
    // Nothing has come yet: the reply was lost, and the peer asks again.
    if (before?.parts === 0 && before.functionName === head.functionName) return undefined
    if (before !== undefined) return 'wrong id'
    const { functionName, originator, owner } = head
    if (!this.#open.enter(owner)) return 'too many uploads'
    const spool = new Spool(this.#place, owner)
    const open: Open = {
      functionName,
      originator,
      owner,
      spool,
      total: new TotalChecksum(),
      parts: 0,
      lastSum: '',
      touchedMs: this.#now(),
      turn: Promise.resolve(),
      close: () => open.turn.then(() => spool.close()),
    }
    this.#open.add(id, open)
    return undefined
  }

  /**
   * @param index where the part belongs; undefined where the peer has not said, which is the next place
   * @throws TransportError what leaves the peer without a reply
   */
  async part(id: string, index: number | undefined, part: Part): Promise<UploadRefusal | undefined> {
    const open = this.#open.get(id)
    if (open === undefined) return this.#strikes.count(id)
    return this.#inTurn(open, async () => {
      if (this.#open.get(id) !== open) return 'wrong id'
      const bytes = bytesOf(part)
      const place = index ?? open.parts
      if (bytes === undefined) return 'checksum error'
      if (place === open.parts - 1) return part.checksum === open.lastSum ? undefined : 'checksum error'
      if (place !== open.parts) return 'checksum error'
      return this.#append(id, open, bytes, part)
    })
  }

  /** @returns the whole stream, which is no longer kept here, or why there is none */
  async end(id: string, total: string): Promise<Upload | UploadRefusal> {
    const open = this.#open.get(id)
    if (open === undefined) return this.#strikes.count(id)
    return this.#inTurn(open, async () => {
      if (this.#open.get(id) !== open) return 'wrong id'
      if (open.total.digest() !== total) return 'checksum error'
      this.#open.remove(id)
      return open
    })
  }

  /** Forgets those about which nothing has been heard for too long. */
  expire(): void {
    this.#open.expire()
  }

  close(): Promise<void> {
    return this.#open.close()
  }

  async #append(id: string, open: Open, bytes: Buffer, part: Part): Promise<UploadRefusal | undefined> {
    try {
      await open.spool.append(bytes)
    } catch (error) {
      this.#open.remove(id)
      await open.spool.close()
      if (error instanceof TransportError && error.code === 'STREAM_LIMIT') return 'too large'
      throw error
    }
    open.total.add(part)
    open.parts++
    open.lastSum = part.checksum
    return undefined
  }

  #inTurn<T>(open: Open, work: () => Promise<T>): Promise<T> {
    const turn = open.turn.then(work)
    open.turn = turn.catch(ignore)
    return turn
  }
}

/** Undefined where the checksum says otherwise. @throws TransportError COMMAND_MALFORMED */
const bytesOf = (part: Part): Buffer | undefined => {
  try {
    return decodePart(part)
  } catch (error) {
    if (error instanceof TransportError && error.code === 'CHECKSUM_DIFFERENT') return undefined
    throw error
  }
}

const ignore = (): void => {}
