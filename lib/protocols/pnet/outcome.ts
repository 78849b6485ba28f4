import { Deque } from '@/bytes/deque.js'
import { Deferred } from '@/core/index.js'
import { TransportError } from '@/errors.js'

/** What became of one target of several. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: TransportError }

/** One call for each of several names: how many at once, and what ends it. */
export interface FanOut<T> {
  readonly names: readonly string[]
  /** How many are under way at once. */
  readonly atOnce: number
  readonly signal?: AbortSignal | undefined
  readonly call: (name: string, signal: AbortSignal) => Promise<T>
}

/**
 * Calls each name and gives every outcome as soon as it is there. Leaving the loop gives up what is under way. Never
 * throws: what goes wrong is the outcome of that name.
 */
export async function* eachOutcome<T>(
  fanOut: FanOut<T>,
): AsyncGenerator<readonly [name: string, outcome: Outcome<T>], void, undefined> {
  const { names, atOnce, signal } = fanOut
  const left = new AbortController()
  const both = signal === undefined ? left.signal : AbortSignal.any([signal, left.signal])
  const there = new Deque<readonly [name: string, outcome: Outcome<T>]>()
  let news = new Deferred()
  const begin = async (name: string): Promise<void> => {
    there.push([name, await outcomeOf(() => fanOut.call(name, both))])
    news.resolve()
  }
  const waiting = new Set(names)
  let notGiven = 0
  try {
    while (waiting.size > 0 || notGiven > 0) {
      for (const name of waiting) {
        if (notGiven >= atOnce) break
        waiting.delete(name)
        notGiven++
        void begin(name)
      }
      if (there.length === 0) await (news = new Deferred()).promise
      const next = there.shift()
      if (next === undefined) continue
      notGiven--
      yield next
    }
  } finally {
    left.abort()
  }
}

/** All outcomes, in the order of the names. */
export const allOutcomes = async <T>(fanOut: FanOut<T>): Promise<ReadonlyMap<string, Outcome<T>>> => {
  const outcomes = new Map<string, Outcome<T>>()
  for await (const [name, outcome] of eachOutcome(fanOut)) outcomes.set(name, outcome)
  return new Map([...new Set(fanOut.names)].flatMap((name) => entryOf(name, outcomes.get(name))))
}

const entryOf = <T>(name: string, outcome: Outcome<T> | undefined): (readonly [string, Outcome<T>])[] =>
  outcome === undefined ? [] : [[name, outcome]]

const outcomeOf = async <T>(call: () => Promise<T>): Promise<Outcome<T>> => {
  try {
    return { ok: true, value: await call() }
  } catch (error) {
    return { ok: false, error: asTransportError(error) }
  }
}

const asTransportError = (error: unknown): TransportError =>
  error instanceof TransportError ? error : new TransportError('CALL_FAILED', {}, { cause: error })
