import {
  AuthPeer,
  type AuthPeerOptions,
  JoinPeer,
  type Message,
  type Note,
  type PeerAddress,
  peerName,
  type PeerOptions,
} from '@/protocols/pyile/index.js'
import type { TransportError } from '@/errors.js'

/** What has happened to a peer, for specs that wait for it. */
export class Happenings {
  readonly messages: Message[] = []
  readonly notes: string[] = []
  readonly lists: string[][] = []
  readonly raised: TransportError[] = []
  /** The causes with which it left; one at most. */
  readonly ends: (Error | undefined)[] = []
  #waiting: { readonly found: () => boolean; readonly resolve: () => void }[] = []

  /** Resolves when `found` is true, now or after one of the things that happen. */
  until(found: (happened: Happenings) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ found: () => found(this), resolve })
      this.news()
    })
  }

  /** Resolves when there is a note with these words. */
  noted(words: string): Promise<void> {
    return this.until(({ notes }) => notes.some((note) => note.includes(words)))
  }

  /** Resolves with the message number `count`, counted from 1. */
  async message(count: number): Promise<Message> {
    await this.until(({ messages }) => messages.length >= count)
    const message = this.messages[count - 1]
    if (message === undefined) throw new Error('there is no such message')
    return message
  }

  /** Resolves when the newest list has so many peers. */
  listOf(count: number): Promise<void> {
    return this.until(({ lists }) => lists.at(-1)?.length === count)
  }

  async end(): Promise<Error | undefined> {
    await this.until(({ ends }) => ends.length > 0)
    return this.ends[0]
  }

  news(): void {
    this.#waiting = this.#waiting.filter(({ found, resolve }) => {
      if (!found()) return true
      resolve()
      return false
    })
  }

  note({ state, message }: Note): void {
    this.notes.push(`${state} ${message}`)
    this.news()
  }

  list(peers: readonly PeerAddress[]): void {
    this.lists.push(peers.map(peerName))
    this.news()
  }
}

/** The peer that owns a network, on ports of the system's choice, with the password `password`. */
export class WatchedAuthPeer extends AuthPeer {
  readonly happened = new Happenings()

  constructor(options: Partial<AuthPeerOptions> = {}) {
    super({ alias: 'admin', password: 'password', port: 0, ...options })
  }

  protected override messageReceived(message: Message): void | Promise<void> {
    this.happened.messages.push(message)
    this.happened.news()
  }
  protected override noteAdded(note: Note): void | Promise<void> {
    this.happened.note(note)
  }
  protected override peersChanged(peers: readonly PeerAddress[]): void {
    this.happened.list(peers)
  }
  protected override left(cause: Error | undefined): void {
    this.happened.ends.push(cause)
    this.happened.news()
  }
  protected override errorRaised(error: TransportError): void {
    this.happened.raised.push(error)
    this.happened.news()
  }
}

/** A peer that joins. */
export class WatchedJoinPeer extends JoinPeer {
  readonly happened = new Happenings()

  constructor(options: Partial<PeerOptions> = {}) {
    super({ alias: 'one', ...options })
  }

  protected override messageReceived(message: Message): void | Promise<void> {
    this.happened.messages.push(message)
    this.happened.news()
  }
  protected override noteAdded(note: Note): void | Promise<void> {
    this.happened.note(note)
  }
  protected override peersChanged(peers: readonly PeerAddress[]): void {
    this.happened.list(peers)
  }
  protected override left(cause: Error | undefined): void {
    this.happened.ends.push(cause)
    this.happened.news()
  }
  protected override errorRaised(error: TransportError): void {
    this.happened.raised.push(error)
    this.happened.news()
  }
}
