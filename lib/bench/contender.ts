import type { Socket } from 'node:net'
import type { Arrivals, SendOne } from '@/bench/arrivals.js'
import { type Address, type Berth, type Carrier, CARRIERS } from '@/bench/carrier.js'
import type { Messages } from '@/bench/messages.js'

/** What must be known of a contender without starting it. */
export interface Described {
  readonly name: string
  /** `import.meta.url` of the file that exports it; both processes load it from there. */
  readonly module: string
  /** Packages that it imports, once it is started only. Where one is not installed, the contender is left out. */
  readonly needs?: readonly string[]
  /** What it can be carried by. @default tcp alone; one of `attach` is carried by anything */
  readonly carriers?: readonly Carrier[]
  /** Smallest message that it can carry. @default 0 */
  readonly leastBytes?: number
}

/** The receiving end of a contender, in the process that listens. */
export interface Serving {
  readonly address: Address
  /** Connections that are ready for messages. */
  readonly openConnections: number
  close(): Promise<void>
}

/** The sending end of a contender, in the process that connected. */
export interface Sending {
  /**
   * Sends them all, in order, in whatever way suits the contender best. A message may be overwritten as soon as
   * `messages.ahead` later ones have been asked for, so it must have been copied or have left by then. Resolves when
   * nothing is left to do at this end; that everything has arrived is seen at the other.
   */
  send(messages: Messages): Promise<void>
  /** Sends one. Needed where it matters when a message is sent; with answers, `replies` must be told of each. */
  readonly sendOne?: SendOne
  close(): Promise<void>
}

/** One way to bring messages from one process to another: what a benchmark compares. */
export interface Contender extends Described {
  /** What an idle client sends to be taken in, and receives when it has been. */
  readonly greeting?: readonly number[]
  /** Listens and tells `arrivals` of everything that comes. */
  serve(arrivals: Arrivals, berth: Berth): Promise<Serving>
  /** @param replies is told of everything that comes back */
  connect(address: Address, replies: Arrivals): Promise<Sending>
}

/** The same at both ends, when all it needs is a connected socket: the shortest way to write a contender. */
export interface SocketContender extends Described {
  /**
   * Begins on a socket that is open; errors and the end of it are looked after.
   * @param received to be called with each message, in order; it is looked at before that returns
   */
  attach(socket: Socket, received: (message: Buffer) => void): Attached | Promise<Attached>
}

/** What sends on one socket. */
export interface Attached {
  /** Sends one message. Settles when its memory may be used again, or returns nothing if it has been copied. */
  send(message: Buffer): Promise<unknown> | void
  /** Sends many in a way that suits it better. @see Sending.send */
  sendAll?(messages: Messages): Promise<void>
}

/** What a contender can be carried by. */
export const carriersOf = (contender: Described): readonly Carrier[] =>
  contender.carriers ?? ('attach' in contender ? CARRIERS : ['tcp'])

/** Any of both. */
export type AnyContender = Contender | SocketContender
