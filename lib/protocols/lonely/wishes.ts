import { type GlobLimits, parseGlob, type Token } from '@/protocols/lonely/glob.js'
import { GlobTrie } from '@/protocols/lonely/globTrie.js'

/** What one subscriber is subscribed to, and what finding that costs. */
export class Wishes {
  /** As latin1 text. */
  readonly topics = new Set<string>()
  readonly #globs = new Set<string>()
  readonly #limits: Required<GlobLimits>
  /** What its globs may cost: many wildcards in one weigh more than as many in several. */
  #weight = 0
  #suspicion = 0
  /** Its globs alone, and those that are not in it yet: it grows with every suspicion. */
  #own: { readonly trie: GlobTrie<string>; readonly rest: Iterator<string, undefined> } | undefined

  constructor(limits: Required<GlobLimits>) {
    this.#limits = limits
  }

  get globs(): ReadonlySet<string> {
    return this.#globs
  }

  get count(): number {
    return this.topics.size + this.#globs.size
  }

  get weight(): number {
    return this.#weight
  }

  /** The weight, less for every time that it was acquitted of. */
  get suspicion(): number {
    return this.#suspicion
  }

  addGlob(glob: string, tokens: readonly Token[]): void {
    this.#globs.add(glob)
    this.#own?.trie.add(tokens, glob)
    this.#weight += weightOf(tokens)
    this.#suspicion = this.#weight
  }

  /** @returns the glob taken apart; undefined when it is not subscribed to */
  deleteGlob(glob: string): readonly Token[] | undefined {
    if (!this.#globs.delete(glob)) return undefined
    const tokens = parseGlob(glob, this.#limits)
    this.#own?.trie.delete(tokens, glob)
    this.#weight -= weightOf(tokens)
    this.#suspicion = Math.min(this.#suspicion, this.#weight)
    return tokens
  }

  /**
   * Whether finding its globs alone is known to take more steps. Some more of them are looked at each time; when all are
   * and do not, others are suspected first the next time.
   */
  takesMore(topic: string, steps: number): boolean {
    // The rest also has the globs that are added later, and not those that go before their turn.
    this.#own ??= { trie: new GlobTrie(), rest: this.#globs.values() }
    const { trie, rest } = this.#own
    let next = rest.next()
    for (let left = GLOBS_AT_ONCE; next.done !== true; next = rest.next()) {
      trie.add(parseGlob(next.value, this.#limits), next.value)
      if (--left === 0) break
    }
    if (trie.find(topic, steps) === undefined) return true
    if (next.done === true) this.#suspicion /= 2
    return false
  }
}

/** To look at each takes some ten microseconds, and everybody waits meanwhile. */
const GLOBS_AT_ONCE = 64

const weightOf = (tokens: readonly Token[]): number => tokens.filter(({ is }) => is !== 'text').length ** 2
