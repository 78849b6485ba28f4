/** A Python tuple. A class of its own, since a list is not the same to Python. */
export class PickleTuple {
  readonly items: readonly PickleValue[]

  /** @param items taken as they are, not copied */
  constructor(items: readonly PickleValue[]) {
    this.items = items
    Object.freeze(this)
  }

  [Symbol.iterator](): Iterator<PickleValue> {
    return this.items[Symbol.iterator]()
  }
}

/**
 * What a pickle is read as.
 *
 * | Python            | here                                                                              |
 * | ----------------- | --------------------------------------------------------------------------------- |
 * | None, True, False | `null`, `true`, `false`                                                           |
 * | int               | `number` from -(2^53-1) to 2^53-1, else `bigint`                                  |
 * | float             | `number`; 1.0 and 1 are the same here                                             |
 * | str               | `string`, lone surrogates included                                                |
 * | bytes, bytearray  | `Buffer` in memory of its own                                                     |
 * | list              | `Array`                                                                           |
 * | tuple             | `PickleTuple`                                                                     |
 * | dict              | `Map` in its order; keys that are tuples or bytes are found by identity only      |
 * | set, frozenset    | `Set`, with the same word about its members                                       |
 *
 * An object that stands in several places in Python is the same object in several places here.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Buffer
  | PickleValue[]
  | PickleTuple
  | Map<PickleValue, PickleValue>
  | Set<PickleValue>

/**
 * What can be written as a pickle: what can be read, `undefined` (as None), any `Uint8Array`, and plain objects (as a
 * dict of their own enumerable members with string keys). Whole numbers within 2^53 are written as int, but -0 and all
 * others as float; a `bigint` always as int.
 */
export type Picklable =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Picklable[]
  | PickleTuple
  | ReadonlyMap<Picklable, Picklable>
  | ReadonlySet<Picklable>
  | { readonly [member: string]: Picklable }
