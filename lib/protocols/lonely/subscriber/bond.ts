import { type Cancel, type Clock, Deferred, unlessAborted } from '@/core/index.js'
import type { Backoff } from '@/protocols/lonely/subscriber/backoff.js'
import type { BroadcasterList, Target } from '@/protocols/lonely/subscriber/broadcasterList.js'
import { TransportError } from '@/errors.js'

/** What a bond is made from. */
export interface BondParts<C> {
  readonly list: BroadcasterList
  readonly backoff: Backoff
  /** Undefined is the system's, whose timers then keep the process alive: a lost subscriber is no reason to end it. */
  readonly clock: Clock | undefined
  /** Milliseconds, monotonic. */
  readonly now: () => number
  readonly stableAfterMs: number
  /** 0 never gives up. */
  readonly maxRounds: number
  connect(target: Target, signal: AbortSignal): Promise<C>
  /** A connection is there. */
  established(connection: C): void
  /** It is gone, and others will be tried. */
  lost(cause: Error): void
  /** No more will be tried. */
  abandoned(cause: Error): void
}

type State<C> =
  | { readonly at: 'idle' }
  | { readonly at: 'seeking'; readonly found: Deferred<C> }
  | { readonly at: 'open'; readonly connection: C; readonly sinceMs: number }
  | { readonly at: 'over'; readonly error: Error }

/**
 * One connection at a time to one of several broadcasters. The first has to come about at once; one that is lost later
 * is replaced, with growing waits between the rounds.
 */
export class Bond<C> {
  readonly #parts: BondParts<C>
  readonly #life = new AbortController()
  #state: State<C> = { at: 'idle' }

  constructor(parts: BondParts<C>) {
    this.#parts = parts
  }

  /** The connection, if there is one now. */
  get connection(): C | undefined {
    return this.#state.at === 'open' ? this.#state.connection : undefined
  }

  /** Why it seeks no more; undefined while it does, or may. */
  get closed(): Error | undefined {
    return this.#state.at === 'over' ? this.#state.error : undefined
  }

  /**
   * The connection, as soon as there is one.
   * @throws TransportError what the last broadcaster said, if none was ever reached; ABANDONED, CLOSED, ABORTED
   */
  whenOpen(signal: AbortSignal | undefined): C | Promise<C> {
    const opened = this.#opened()
    return opened instanceof Promise ? unlessAborted(opened, signal) : opened
  }

  #opened(): C | Promise<C> {
    const state = this.#state
    if (state.at === 'open') return state.connection
    if (state.at === 'over') return Promise.reject(state.error)
    if (state.at === 'seeking') return state.found.promise
    const found = new Deferred<C>()
    this.#state = { at: 'seeking', found }
    void this.#first(found)
    return found.promise
  }

  /** A connection is over. */
  ended(connection: C, cause: Error): void {
    if (this.#state.at !== 'open' || this.#state.connection !== connection) return
    const { backoff, now, stableAfterMs } = this.#parts
    if (now() - this.#state.sinceMs >= stableAfterMs) backoff.reset()
    const found = new Deferred<C>()
    this.#state = { at: 'seeking', found }
    this.#parts.lost(cause)
    void this.#again(found, cause)
  }

  /** Seeks no more. */
  close(error: Error): void {
    const state = this.#state
    this.#state = { at: 'over', error }
    this.#life.abort(error)
    if (state.at === 'seeking') state.found.reject(error)
  }

  async #first(found: Deferred<C>): Promise<void> {
    const error = await this.#round(found)
    if (error === undefined || this.#state.at !== 'seeking') return
    this.#state = { at: 'idle' }
    found.reject(error)
  }

  async #again(found: Deferred<C>, cause: Error): Promise<void> {
    const { backoff, maxRounds } = this.#parts
    let error: Error | undefined = cause
    while (error !== undefined && this.#state.at === 'seeking') {
      if (maxRounds > 0 && backoff.rounds >= maxRounds) {
        const given = new TransportError('ABANDONED', { rounds: backoff.rounds }, { cause: error })
        this.close(given)
        return this.#parts.abandoned(given)
      }
      await this.#wait(backoff.next())
      error = await this.#round(found)
    }
  }

  /** Tries each broadcaster once. @returns what the last one said, or undefined when one is there */
  async #round(found: Deferred<C>): Promise<Error | undefined> {
    let error: Error = new TransportError('CLOSED')
    for (const target of this.#parts.list.inOrder()) {
      if (this.#state.at !== 'seeking') return error
      try {
        this.#open(await this.#parts.connect(target, this.#life.signal), found)
        return undefined
      } catch (failure) {
        error = failure instanceof Error ? failure : new TransportError('CONNECT_FAILED', {}, { cause: failure })
      }
    }
    return error
  }

  #open(connection: C, found: Deferred<C>): void {
    if (this.#state.at !== 'seeking') return
    this.#state = { at: 'open', connection, sinceMs: this.#parts.now() }
    this.#parts.established(connection)
    found.resolve(connection)
  }

  #wait(ms: number): Promise<void> {
    const { clock } = this.#parts
    const { signal } = this.#life
    return new Promise((resolve) => {
      const done = (): void => {
        cancel()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const cancel: Cancel = clock === undefined ? timeout(ms, done) : clock.after(ms, done)
      signal.addEventListener('abort', done, { once: true })
      if (signal.aborted) done()
    })
  }
}

const timeout = (ms: number, run: () => void): Cancel => {
  const timer = setTimeout(run, ms)
  return () => clearTimeout(timer)
}
