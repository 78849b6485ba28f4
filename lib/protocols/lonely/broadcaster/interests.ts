import { Deferred } from '@/core/index.js'
import { keyOf, type Pattern } from '@/protocols/lonely/session/pattern.js'
import { thrownError } from '@/protocols/lonely/session/thrownError.js'

/** What is known of one pattern. */
interface Entry {
  readonly pattern: Pattern
  /** How many want it, those included that wait until the relay knows. */
  wanting: number
  /** Of them, how many wait. */
  waiting: number
  /** Resolves for those who wait. */
  known: Deferred | undefined
  /** What the relay knows. */
  told: boolean
  /** It is being told. */
  telling: boolean
}

/** Says to the relay that a pattern is wanted, or no longer. @throws what went wrong; then nothing has changed */
export type Tell = (pattern: Pattern, wanted: boolean) => void | Promise<void>

/**
 * What the subscribers of one broadcaster want, as its relay knows it. Of each pattern the relay is told one change at
 * a time, and the next when it has answered, so that one which answers late cannot mix up a topic that is left and
 * joined again. What has come to nothing meanwhile is not told.
 */
export class Interests {
  readonly #tell: Tell
  readonly #entries = new Map<string, Entry>()

  constructor(tell: Tell) {
    this.#tell = tell
  }

  /** Different patterns that are wanted, or that the relay is being told about. */
  get size(): number {
    return this.#entries.size
  }

  /**
   * One more wants it.
   * @returns nothing when the relay knows, otherwise a promise until it does
   * @throws what the relay says; then this one does not want it any more
   */
  want(pattern: Pattern): void | Promise<void> {
    const key = keyOf(pattern)
    const entry = this.#entries.get(key) ?? newEntry(pattern)
    this.#entries.set(key, entry)
    entry.wanting++
    if (entry.told && !entry.telling) return
    entry.waiting++
    const known = (entry.known ??= new Deferred())
    if (!entry.telling) void this.#advance(key, entry)
    return entry.waiting === 0 ? undefined : known.promise
  }

  /**
   * One fewer wants it.
   * @returns a promise while the relay is told, if this was the last
   * @throws what the relay says
   */
  forgo(pattern: Pattern): void | Promise<void> {
    const key = keyOf(pattern)
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    entry.wanting--
    if (!entry.telling) return this.#advance(key, entry)
  }

  /** Tells the relay what is so, unless it knows. @returns a promise while it is told */
  #advance(key: string, entry: Entry): void | Promise<void> {
    const wanted = entry.wanting > 0
    if (entry.told !== wanted) {
      const telling = this.#attempt(entry.pattern, wanted)
      if (telling !== undefined) {
        entry.telling = true
        const told = telling.then(
          () => this.#told(key, entry, wanted),
          (error: unknown) => this.#failed(key, entry, wanted, error),
        )
        told.catch(ignore)
        return told
      }
      entry.told = wanted
    }
    if (wanted) this.#resolve(entry)
    else this.#entries.delete(key)
  }

  #told(key: string, entry: Entry, wanted: boolean): void {
    entry.telling = false
    entry.told = wanted
    void this.#advance(key, entry)
  }

  #failed(key: string, entry: Entry, wanted: boolean, error: unknown): void {
    entry.telling = false
    if (wanted) {
      // Nobody is there but those who wait, as the relay did not know of any.
      const { known } = entry
      entry.wanting -= entry.waiting
      entry.waiting = 0
      entry.known = undefined
      known?.reject(thrownError(error))
    }
    // Not tried again for its own sake: what the relay brings for nothing is dropped.
    if (entry.wanting > 0) void this.#advance(key, entry)
    else this.#entries.delete(key)
    if (!wanted && entry.wanting === 0) throw error
  }

  #resolve(entry: Entry): void {
    entry.waiting = 0
    entry.known?.resolve()
    entry.known = undefined
  }

  #attempt(pattern: Pattern, wanted: boolean): void | Promise<void> {
    try {
      return this.#tell(pattern, wanted)
    } catch (error) {
      return Promise.reject(error)
    }
  }
}

const newEntry = (pattern: Pattern): Entry => ({
  pattern,
  wanting: 0,
  waiting: 0,
  known: undefined,
  told: false,
  telling: false,
})

const ignore = (): void => {}
