import { Deque } from '@/bytes/deque.js'
import { checkRanges, type Range } from '@/core/index.js'
import { BROADCAST, type Message } from '@/protocols/pyile/message.js'
import { type PeerAddress, peerName, readPeerAddress } from '@/protocols/pyile/peerAddress.js'

/** How much a message store keeps. What is too much pushes out what is oldest, and is counted. */
export interface MessengerLimits {
  /** Messages of all peers together. 1 to 10_000_000. @default 10_000 */
  readonly maxMessages?: number
  /** Their bytes: those of their JSON, and 64 more for each value in it, for that is what a small one takes. 1_024 to 2^40. @default 16_777_216 (16 MiB) */
  readonly maxBytes?: number
  /** Notes of all states together. 1 to 1_000_000. @default 1_000 */
  readonly maxNotes?: number
}

/** What a messenger keeps, and what time it is. */
export interface MessengerOptions extends MessengerLimits {
  /** What time it is; for specs. @default the system's */
  readonly now?: () => Date
}

/** Defaults and ranges. */
export const MESSENGER_RANGES: Readonly<Record<keyof MessengerLimits, Range>> = {
  maxMessages: [10_000, 1, 10_000_000],
  maxBytes: [16_777_216, 1_024, 2 ** 40],
  maxNotes: [1_000, 1, 1_000_000],
}

/** A message that was received, and when. */
export interface StoredMessage {
  readonly message: Message
  readonly timeStamp: Date
}

/** How much a note matters. */
export type NoteState = 'INFO' | 'WARNING' | 'ERROR'

/** Something that happened, in words for people. */
export interface Note {
  readonly message: string
  readonly timeStamp: Date
  readonly state: NoteState
}

/** The conversation a message belongs to: everybody's, or the one with that peer. */
export type Conversation = typeof BROADCAST | PeerAddress

/**
 * The messages and notes of one peer, in memory and in their order. Messages are kept by conversation: `Broadcast`, the
 * other end of a direct one, by its address. One that arrives is filed under `from`, whatever else it says of itself.
 */
export class Messenger {
  readonly #limits: Readonly<Record<keyof MessengerLimits, number>>
  readonly #now: () => Date
  readonly #conversations = new Map<string, StoredMessage[]>()
  /** Where each message is kept and how large it is, oldest first. */
  readonly #order = new Deque<{ readonly key: string; readonly bytes: number }>()
  #bytes = 0
  #notes: Note[] = []
  #forgotten = { messages: 0, notes: 0 }

  /** @throws TransportError OPTION_INVALID */
  constructor(options: MessengerOptions = {}) {
    this.#limits = checkRanges<MessengerLimits>(options, MESSENGER_RANGES)
    this.#now = options.now ?? (() => new Date())
  }

  addMessage(message: Message): void {
    const key = keyOf(message)
    const bytes = JSON.stringify(message).length + VALUE_BYTES * valuesIn(message)
    const conversation = this.#conversations.get(key) ?? []
    conversation.push({ message, timeStamp: this.#now() })
    this.#conversations.set(key, conversation)
    this.#order.push({ key, bytes })
    this.#bytes += bytes
    const { maxMessages, maxBytes } = this.#limits
    while (this.#order.length > maxMessages || (this.#bytes > maxBytes && this.#order.length > 1)) this.#forgetMessage()
  }

  /** The messages of one conversation, oldest first; without an argument those of all, in the order of conversations. */
  getMessages(conversation?: Conversation): readonly StoredMessage[] {
    if (conversation === undefined) return [...this.#conversations.values()].flat()
    return [...(this.#conversations.get(nameOf(conversation)) ?? [])]
  }

  /** All conversations, by `Broadcast` or `HOST:PORT`; a view that changes with them. */
  get messages(): ReadonlyMap<string, readonly StoredMessage[]> {
    return this.#conversations
  }

  addInfo(message: string): Note {
    return this.#note(message, 'INFO')
  }

  addWarning(message: string): Note {
    return this.#note(message, 'WARNING')
  }

  addError(message: string): Note {
    return this.#note(message, 'ERROR')
  }

  getInfo(): readonly Note[] {
    return this.#notesOf('INFO')
  }

  getWarnings(): readonly Note[] {
    return this.#notesOf('WARNING')
  }

  getErrors(): readonly Note[] {
    return this.#notesOf('ERROR')
  }

  /** The notes of all states, in their order. */
  get seqList(): readonly Note[] {
    return [...this.#notes]
  }

  /** What has been pushed out since the beginning. */
  get forgotten(): { readonly messages: number; readonly notes: number } {
    return { ...this.#forgotten }
  }

  #note(message: string, state: NoteState): Note {
    const note = { message, timeStamp: this.#now(), state }
    this.#notes.push(note)
    if (this.#notes.length > this.#limits.maxNotes) {
      this.#notes.shift()
      this.#forgotten.notes++
    }
    return note
  }

  #notesOf(state: NoteState): readonly Note[] {
    return this.#notes.filter((note) => note.state === state)
  }

  #forgetMessage(): void {
    const oldest = this.#order.shift()
    const conversation = this.#conversations.get(oldest?.key ?? '')
    if (oldest === undefined || conversation === undefined) return
    conversation.shift()
    if (conversation.length === 0) this.#conversations.delete(oldest.key)
    this.#bytes -= oldest.bytes
    this.#forgotten.messages++
  }
}

const VALUE_BYTES = 64

/** How many values there are in one that JSON can carry, itself among them. */
const valuesIn = (value: unknown): number => {
  const waiting: unknown[] = [value]
  let count = 0
  for (; waiting.length > 0; count++) {
    const next = waiting.pop()
    if (typeof next === 'object' && next !== null) for (const inner of Object.values(next)) waiting.push(inner)
  }
  return count
}

const keyOf = ({ self, to, from }: Message): string => {
  if (to === BROADCAST) return BROADCAST
  return peerName(self === true ? (readPeerAddress(to) ?? from) : from)
}

const nameOf = (conversation: Conversation): string =>
  typeof conversation === 'string' ? conversation : peerName(conversation)
