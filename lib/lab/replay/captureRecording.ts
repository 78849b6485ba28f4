import type { Role } from '@/framings/framing.js'
import { pcapngPackets } from '@/lab/replay/pcapngPackets.js'
import {
  type GrowingConversation,
  malformed,
  NO_BYTES,
  type RecordedConversation,
  RecordingBuilder,
  type RecordingLimits,
} from '@/lab/replay/recording.js'
import { type TcpPacket, tcpPacketIn } from '@/lab/replay/tcpPacket.js'

/** Packets of one direction that came before others which they follow, and are kept until those are here. */
const MAX_EARLY = 1_024

interface Early {
  readonly packet: TcpPacket
  readonly atMs: number
}

/** One direction of a connection. */
interface Direction {
  readonly role: Role
  /** Of the next byte; undefined until the first packet is here. */
  next: number | undefined
  ended: boolean
  early: Early[]
}

/** One connection. */
interface Flow {
  readonly conversation: GrowingConversation
  readonly directions: ReadonlyMap<string, Direction>
  over: boolean
}

/**
 * The conversations of a pcapng file: what its TCP connections carried, in the order of the file. Packets that came twice
 * count once, those that came early wait for the others.
 * @throws TransportError RECORDING_MALFORMED, also where bytes of a connection are missing
 */
export const captureRecording = (
  file: Buffer,
  limits: Readonly<Required<RecordingLimits>>,
): readonly RecordedConversation[] => {
  const flows = new Flows(limits)
  for (const packet of pcapngPackets(file)) {
    const tcp = tcpPacketIn(packet)
    if (tcp !== undefined) flows.add(tcp, packet.atMs, packet.offset)
  }
  return flows.finish()
}

class Flows {
  readonly #builder: RecordingBuilder
  /** By both addresses, in either order; the newest of them. */
  readonly #newest = new Map<string, Flow>()
  readonly #waiting = new Set<Direction>()
  #startMs: number | undefined

  constructor(limits: Readonly<Required<RecordingLimits>>) {
    this.#builder = new RecordingBuilder(limits)
  }

  add(packet: TcpPacket, atMs: number, offset: number): void {
    this.#startMs ??= atMs
    const flow = this.#flowOf(packet)
    const direction = flow.directions.get(packet.from)
    if (direction === undefined || flow.over) return
    this.#take(flow, direction, { packet, atMs: atMs - this.#startMs })
    if (direction.early.length > MAX_EARLY) throw malformed('bytes of a connection are missing', { offset })
  }

  /** @throws TransportError RECORDING_MALFORMED when something still waits for bytes that never came */
  finish(): readonly RecordedConversation[] {
    for (const { early } of this.#waiting)
      if (early.length > 0) throw malformed('bytes of a connection are missing', { from: early[0]?.packet.from ?? '' })
    return this.#builder.conversations
  }

  /** Who asks for a connection has opened it; where that was not captured, who is heard first. */
  #flowOf({ from, to, sequence, syn, ack }: TcpPacket): Flow {
    const key = from < to ? `${from} ${to}` : `${to} ${from}`
    const known = this.#newest.get(key)
    // A SYN that comes again has the number before the next byte.
    const isFirst = syn && !ack && known?.directions.get(from)?.next !== advanced(sequence, 1)
    if (known !== undefined && !isFirst) return known
    const [opener, acceptor] = syn && ack ? [to, from] : [from, to]
    const direction = (role: Role): Direction => ({ role, next: undefined, ended: false, early: [] })
    const conversation = this.#builder.begin({ opener, acceptor })
    const directions = new Map([
      [opener, direction('opener')],
      [acceptor, direction('acceptor')],
    ])
    const flow = { conversation, directions, over: false }
    this.#newest.set(key, flow)
    return flow
  }

  #take(flow: Flow, direction: Direction, here: Early): void {
    const { packet } = here
    direction.next ??= packet.sequence
    if (packet.rst) return this.#reset(flow, direction, here.atMs)
    const ahead = distance(direction.next, packet.sequence)
    if (ahead > 0) {
      direction.early.push(here)
      this.#waiting.add(direction)
      return
    }
    this.#read(flow, direction, here, -ahead)
    while (direction.early.length > 0) {
      const next = direction.next
      const at = direction.early.findIndex(({ packet: { sequence } }) => distance(next, sequence) <= 0)
      const [ready] = at < 0 ? [] : direction.early.splice(at, 1)
      if (ready === undefined) return
      this.#read(flow, direction, ready, -distance(next, ready.packet.sequence))
    }
    this.#waiting.delete(direction)
  }

  /** @param known so many of its bytes, the SYN counted, have been read before */
  #read({ conversation }: Flow, direction: Direction, { packet, atMs }: Early, known: number): void {
    const { role } = direction
    const behind = known - (packet.syn ? 1 : 0)
    const bytes = packet.payload.subarray(Math.max(0, behind))
    const step = { atMs, from: role }
    const before = direction.next ?? 0
    if (packet.syn && known === 0) direction.next = advanced(before, 1)
    if (bytes.length > 0 && !direction.ended) {
      this.#builder.add(conversation, { ...step, what: 'bytes', bytes })
      direction.next = advanced(direction.next ?? 0, bytes.length)
    }
    if (!packet.fin || direction.ended || behind > packet.payload.length) return
    direction.ended = true
    direction.next = advanced(direction.next ?? 0, 1)
    this.#builder.add(conversation, { ...step, what: 'end', bytes: NO_BYTES })
  }

  #reset(flow: Flow, direction: Direction, atMs: number): void {
    flow.over = true
    for (const { early } of flow.directions.values()) early.length = 0
    this.#builder.add(flow.conversation, { atMs, from: direction.role, what: 'reset', bytes: NO_BYTES })
  }
}

const advanced = (sequence: number, count: number): number => (sequence + count) % 2 ** 32

/** How far `to` is ahead of `from`; negative when it is behind. Numbers begin again at 0 behind the largest. */
const distance = (from: number, to: number): number => (to - from) | 0
