import type { Role } from '@/framings/framing.js'
import { type Deed, type Manners, WireEnd } from './wireEnd.js'

/** A state of one end, and where it is known to lead. */
export interface EndState {
  readonly number: number
  /** How it comes to be there. */
  readonly deeds: readonly Deed[]
  /** The end in this state; nothing is done to it any more. */
  readonly end: WireEnd
  readonly next: Map<Deed, EndState>
}

/**
 * The states that one end can be in. Each is reached once, on a real framing of its own, by doing all that leads there:
 * what an end does depends on nothing but what has happened to it.
 */
export class EndStates {
  readonly #role: Role
  readonly #manners: Manners
  readonly #known = new Map<string, EndState>()
  readonly first: EndState

  constructor(role: Role, manners: Manners) {
    this.#role = role
    this.#manners = manners
    this.first = this.#reached([])
  }

  after(state: EndState, deed: Deed): EndState {
    const known = state.next.get(deed)
    if (known !== undefined) return known
    const next = this.#reached([...state.deeds, deed])
    state.next.set(deed, next)
    return next
  }

  #reached(deeds: readonly Deed[]): EndState {
    const end = new WireEnd(this.#role, this.#manners)
    for (const deed of deeds) end.do(deed)
    const key = end.key
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const state: EndState = { number: this.#known.size, deeds, end, next: new Map() }
    this.#known.set(key, state)
    return state
  }
}
