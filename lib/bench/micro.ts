import type Benchmark from 'benchmark'
import { onAbort, unlessAborted } from '@/core/index.js'
import { asError } from '@/bench/asError.js'
import type { Figure } from '@/bench/question.js'
import { Watched } from '@/bench/watched.js'
import { wordsOf } from '@/errors.js'

/** Work on bytes in memory, small enough for Benchmark.js. */
export interface Micro {
  readonly name: string
  /** What one `run` counts for, in messages. */
  readonly operations: number
  /** What `run` must give each time; work whose result nobody looks at is left out by the compiler. */
  readonly expected: number
  /** Gives a number, or each time a promise of one; then the next run begins when that has settled. */
  run(): number | Promise<number>
}

/** When micro benchmarks end early. */
export interface MicroOptions {
  /** Ends them, between two runs. */
  readonly signal?: AbortSignal
  /** Any promise must have settled by then, in milliseconds. @default 20,000 */
  readonly settleMs?: number
}

const SETTLE_MS = 20_000

/**
 * Runs each on Benchmark.js, one after the other. Without setup and teardown: those are recompiled from their text there
 * and lose what they refer to.
 * @param seconds for each
 * @throws Error that begins with the name of the work when one throws, rejects, does not settle in time, is aborted, or
 * gives a wrong result; the reason of `signal`
 */
export const micro = async (
  works: readonly Micro[],
  seconds: number,
  { signal, settleMs = SETTLE_MS }: MicroOptions = {},
): Promise<Figure[]> => {
  // It may be absent where this package is installed and only sockets are compared.
  const { default: library } = await import('benchmark')
  const options = { maxTime: seconds, minSamples: 5, minTime: Math.min(0.05, seconds / 5), delay: 0.001 }
  const figures: Figure[] = []
  for (const work of works) {
    signal?.throwIfAborted()
    try {
      figures.push(figureOf(await measured(library, work, { options, signal, settleMs }), work))
    } catch (error) {
      signal?.throwIfAborted()
      throw new Error(`${work.name}: ${wordsOf(error)}`, { cause: error })
    }
  }
  return figures
}

interface Way {
  readonly options: Benchmark.Options
  readonly signal: AbortSignal | undefined
  readonly settleMs: number
}

const measured = (library: typeof Benchmark, work: Micro, way: Way): Promise<Benchmark> => {
  const first = work.run()
  return first instanceof Promise ? settled(library, work, first, way) : atOnce(library, work, way)
}

/** On its own, Benchmark.js lets what a function throws after its first runs end the process. */
const atOnce = async (library: typeof Benchmark, work: Micro, { options, signal }: Way): Promise<Benchmark> => {
  let failure: Error | undefined
  const fn = (): void => {
    if (failure !== undefined) return
    try {
      right(work, work.run())
    } catch (error) {
      failure = asError(error)
      benchmark.abort()
    }
  }
  const benchmark = new library(work.name, fn, options)
  await finished(benchmark, signal)
  if (failure !== undefined) throw failure
  return benchmark
}

/** On its own, Benchmark.js lets the process end without a word when a promise rejects or stays pending. */
const settled = async (
  library: typeof Benchmark,
  work: Micro,
  first: Promise<number>,
  { options, signal, settleMs }: Way,
): Promise<Benchmark> => {
  const watched = new Watched(settleMs)
  const run = async (): Promise<void> => right(work, await work.run())
  try {
    const begun = new Promise<void>((done) => {
      watched.begin(
        first.then((result) => right(work, result)),
        done,
      )
    })
    await unlessAborted(watched.by(begun), signal)
    const fn = (deferred: Benchmark.Deferred): void => watched.begin(run(), () => deferred.resolve())
    return await watched.by(finished(new library(work.name, { ...options, defer: true, fn }), signal))
  } finally {
    watched.close()
  }
}

/** Resolves when it has come to its end. @throws Error what its function threw, or that of `signal` */
const finished = (benchmark: Benchmark, signal: AbortSignal | undefined): Promise<Benchmark> => {
  const over = new Promise<Benchmark>((resolve, reject) => {
    benchmark.on('error', () => {
      const error: unknown = benchmark.error
      reject(error instanceof Error ? error : new Error('a benchmark failed without saying why'))
    })
    benchmark.on('complete', () => resolve(benchmark))
    benchmark.run({ async: true })
  })
  // It says nothing of its end when it is aborted between two of its runs.
  onAbort(signal, over, () => benchmark.abort())
  return unlessAborted(over, signal)
}

const right = (work: Micro, result: unknown): void => {
  if (result !== work.expected) throw new Error(`gave ${String(result)} where ${work.expected} is right`)
}

const figureOf = (benchmark: Benchmark, work: Micro): Figure => {
  const samples = benchmark.stats.sample.map((seconds) => work.operations / seconds)
  if (benchmark.aborted || samples.length === 0) throw new Error('was not measured')
  return { name: work.name, unit: 'messages/s', samples }
}
