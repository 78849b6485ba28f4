type View = (memory: ArrayBufferLike, at: number, length: number) => Buffer
type ViewClass = new (...args: Parameters<View>) => Buffer

const makesViews = (given: unknown): given is ViewClass => {
  if (typeof given !== 'function') return false
  const view: unknown = Reflect.construct(given, [new ArrayBuffer(4), 1, 2])
  return view instanceof Buffer && view.byteOffset === 1 && view.length === 2
}

/** The class of all Buffers, which `Buffer` itself, being a function from the time before classes, is not. */
const species: unknown = Reflect.get(Buffer, Symbol.species)

/**
 * `length` bytes of `memory` from `at` on, as a Buffer; nothing is copied. Where messages are small, making such a view
 * is the dearest thing that is done for each, and `subarray` takes twice as long over it.
 */
export const viewOf: View = makesViews(species)
  ? (memory, at, length) => new species(memory, at, length)
  : (memory, at, length) => Buffer.from(memory, at, length)
