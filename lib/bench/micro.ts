import type Benchmark from 'benchmark'
import type { Figure } from '@/bench/question.js'

/** Work on bytes in memory, small enough for Benchmark.js. */
export interface Micro {
  readonly name: string
  /** What one `run` counts for, in messages. */
  readonly operations: number
  /** What `run` must give back each time; work whose result nobody looks at is left out by the compiler. */
  readonly expected: number
  run(): number
}

/**
 * Runs each on Benchmark.js, one after the other. Functions only, synchronous, without setup and teardown: those are
 * recompiled from their text there and lose what they refer to.
 * @param seconds for each @throws Error when one throws, is aborted, or gives a wrong result
 */
export const micro = async (works: readonly Micro[], seconds: number): Promise<Figure[]> => {
  // It may be absent where this package is installed and only sockets are compared.
  const { default: library } = await import('benchmark')
  const suite = new library.Suite()
  const options = { maxTime: seconds, minSamples: 5, minTime: Math.min(0.05, seconds / 5), delay: 0.001 }
  for (const work of works) suite.add(work.name, () => checked(work), options)
  const finished = await new Promise<Benchmark[]>((resolve, reject) => {
    const benchmarks: Benchmark[] = []
    suite.on('cycle', ({ target }: Benchmark.Event) => {
      if (target instanceof library) benchmarks.push(target)
    })
    suite.on('error', ({ target }: Benchmark.Event) => {
      const error: unknown = target instanceof library ? target.error : undefined
      reject(error instanceof Error ? error : new Error('a benchmark failed without saying why'))
    })
    suite.on('complete', () => resolve(benchmarks))
    suite.run({ async: true })
  })
  if (finished.length !== works.length)
    throw new Error(`${finished.length} of ${works.length} benchmarks came to their end`)
  return finished.map((benchmark, index) => figureOf(benchmark, works[index]))
}

const checked = (work: Micro): void => {
  const result = work.run()
  if (result !== work.expected) throw new Error(`${work.name}: gave ${result} where ${work.expected} is right`)
}

const figureOf = (benchmark: Benchmark, work: Micro | undefined): Figure => {
  const operations = work?.operations ?? Number.NaN
  const samples = benchmark.stats.sample.map((seconds) => operations / seconds)
  if (benchmark.aborted || samples.length === 0) throw new Error(`${benchmark.name ?? ''}: was not measured`)
  return { name: benchmark.name ?? '', unit: 'messages/s', samples }
}
