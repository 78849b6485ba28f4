import { type OnReadOpts, Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/**
 * Where the next bytes belong. A Buffer, never empty: there, from its start. 'piece': they are handed on as they come.
 * 'unknown': they may begin anything.
 */
export type Place = Buffer | 'piece' | 'unknown'

/** Who hears what a socket reads, and may know beforehand where it belongs. */
export interface PlacedEars {
  /** @param more the memory is full, so the system is asked for more before anything else happens */
  arrived(chunk: Buffer, more: boolean): void
  /** Asked after each read for the next one; must not throw. What arrives is in that place already. */
  nextPlace(): Place
}

/** From 128 KiB on, the C library may map and unmap each block of memory on its own, which costs more than it saves. */
export const PIECE_BYTES = 126_976
const DESK_BYTES = 65_536
const LOOK_BYTES = 4_096
/**
 * Where bytes are read that may begin anything, for all sockets of this thread: what arrives there is copied out before
 * anything else happens.
 */
const DESK = Buffer.allocUnsafeSlow(DESK_BYTES)
/** Behind a large message another one is likely, of which no more than the beginning need be copied. */
const FIRST_LOOK = DESK.subarray(0, LOOK_BYTES)

/** Chooses the memory of each read of one socket, and hands on what has come. */
class PlacedReads {
  readonly #ears: PlacedEars
  /** Memory for the next piece, which nobody else has yet. */
  #piece: Buffer | undefined
  #looked = true

  constructor(ears: PlacedEars) {
    this.#ears = ears
  }

  readonly next = (): Buffer => {
    const place = this.#ears.nextPlace()
    if (place === 'piece') return (this.#piece ??= Buffer.allocUnsafeSlow(PIECE_BYTES))
    this.#piece = undefined
    const looked = this.#looked
    this.#looked = place === 'unknown'
    if (place !== 'unknown') return place
    return looked ? DESK : FIRST_LOOK
  }

  readonly arrived = (count: number, memory: Buffer): void => {
    this.#ears.arrived(this.#taken(count, memory), count === memory.length)
  }

  /** A piece may go to another thread with all its memory; few bytes do not keep that of a whole piece. */
  #taken(count: number, memory: Buffer): Buffer {
    if (memory === DESK || memory === FIRST_LOOK) return copied(memory, Buffer.allocUnsafe(count))
    if (memory === this.#piece && 2 * count < PIECE_BYTES) return copied(memory, Buffer.allocUnsafeSlow(count))
    this.#piece = undefined
    return memory.subarray(0, count)
  }
}

const copied = (memory: Buffer, copy: Buffer): Buffer => {
  memory.copy(copy, 0, 0, copy.length)
  return copy
}

/** Under which names a socket keeps what its option `onread` says. */
interface Slots {
  readonly memory: symbol
  readonly next: symbol
  readonly arrived: symbol
}

/**
 * Node.js reads into memory of one's own where a socket is made with the option `onread`, but the sockets of a server are
 * made without. So the option is put where sockets of ours that have it show that it belongs.
 */
const findSlots = (): Slots | undefined => {
  const callback = (): boolean => true
  const generated = (): Buffer => DESK
  const fixed = socketThatReads({ buffer: DESK, callback })
  const varied = socketThatReads({ buffer: generated, callback })
  const slotOf = (socket: Socket, value: unknown): symbol | undefined =>
    Object.getOwnPropertySymbols(socket).find((slot) => Reflect.get(socket, slot) === value)
  const memory = slotOf(fixed, DESK)
  const next = slotOf(varied, generated)
  const arrived = slotOf(fixed, callback)
  return memory && next && arrived && { memory, next, arrived }
}

const socketThatReads = (onread: OnReadOpts): Socket => {
  const options = { allowHalfOpen: true, onread }
  return new Socket(options)
}

/** Looked for when they are first needed. */
let slots: Slots | 'none' | undefined

/**
 * From now on a socket of `node:net` reads bytes where they belong, and no `data` follows: a large message is not copied any
 * more and comes in fewer reads, and a small one does not go through a `Readable` and memory for 64 KiB. Where that cannot be,
 * as over TLS or where somebody else listens, nothing changes. To be called from a listener for `data`: there no read
 * is under way.
 * @returns whether it begins now
 */
export const readIntoPlaces = (stream: Duplex, ears: PlacedEars): boolean => {
  if (Object.getPrototypeOf(stream) !== Socket.prototype) return false
  slots ??= findSlots() ?? 'none'
  if (stream.listenerCount('data') > 1 || stream.readableLength > 0 || stream.isPaused()) return false
  if (slots === 'none' || Reflect.get(stream, slots.memory) !== null) return false
  const handle: unknown = Reflect.get(stream, '_handle')
  if (typeof handle !== 'object' || handle === null) return false
  const useUserBuffer: unknown = Reflect.get(handle, 'useUserBuffer')
  if (typeof useUserBuffer !== 'function') return false
  const reads = new PlacedReads(ears)
  Reflect.set(stream, slots.memory, DESK)
  Reflect.set(stream, slots.next, reads.next)
  Reflect.set(stream, slots.arrived, reads.arrived)
  Reflect.apply(useUserBuffer, handle, [DESK])
  return true
}

const nobodyHears = (): boolean => true

/** To be called when the socket is closed: it keeps no memory of a message any more that was given up. */
export const forgetPlaces = (stream: Duplex): void => {
  if (slots === undefined || slots === 'none') return
  if (!(Reflect.get(stream, slots.memory) instanceof Uint8Array)) return
  Reflect.set(stream, slots.memory, DESK)
  Reflect.set(stream, slots.next, null)
  Reflect.set(stream, slots.arrived, nobodyHears)
}
