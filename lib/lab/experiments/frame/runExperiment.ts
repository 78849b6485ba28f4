import { setMaxListeners } from 'node:events'
import { TransportError } from '@/errors.js'
import type { Advice } from '@/lab/experiments/frame/advice.js'
import { Bench, type Progress } from '@/lab/experiments/frame/bench.js'
import { type Finding, findingOf } from '@/lab/experiments/frame/expectation.js'
import type { Experiment } from '@/lab/experiments/frame/experiment.js'
import type { Figure } from '@/lab/experiments/frame/figure.js'

/** How a run goes. */
export interface RunOptions {
  readonly signal?: AbortSignal
  /** Share of the rounds that is done; 0.01 to 1. @default 1 */
  readonly effort?: number
  readonly progress?: Progress
  /** The Node.js that may be started, such as `process.execPath`. @default none: some things cannot be shown */
  readonly node?: string
}

/** What came of an experiment, as plain data. */
export interface ExperimentReport {
  readonly name: string
  readonly question: string
  readonly lesson: string
  /** `differs` when one finding does. */
  readonly verdict: 'as predicted' | 'differs'
  readonly tookMs: number
  readonly findings: readonly Finding[]
  readonly figures: readonly Figure[]
  readonly remarks: readonly string[]
  readonly advice: Advice
}

/** A run that takes longer than this hangs. */
const LONGEST_MS = 60_000

/**
 * Foretells, runs, and compares. Everything that was opened is closed when it settles.
 * @throws TransportError ABORTED, OPTION_INVALID; or what kept the experiment from finding out
 */
export const runExperiment = async (experiment: Experiment, options: RunOptions = {}): Promise<ExperimentReport> => {
  const { effort = 1, progress = () => {}, node } = options
  if (!(effort >= 0.01 && effort <= 1))
    throw new TransportError('OPTION_INVALID', { option: 'effort', given: effort, min: 0.01, max: 1 })
  using life = new Life(options.signal)
  life.signal.throwIfAborted()
  await using bench = new Bench({ signal: life.signal, effort, progress, node })
  const startMs = performance.now()
  const expectations = experiment.predict(bench)
  const running = experiment.run(bench)
  // When the run is given up, closing the bench ends what still waits; nobody is there to hear of it.
  running.catch(() => {})
  const { measured, figures, remarks = [] } = await Promise.race([running, life.over])
  const findings = [...expectations].map(([key, expectation]) =>
    findingOf(expectation, measured[key] ?? { unseen: 'it was not measured' }),
  )
  const { name, question, lesson, advice } = experiment
  const verdict = findings.some((finding) => finding.verdict === 'differs') ? 'differs' : 'as predicted'
  const tookMs = performance.now() - startMs
  return { name, question, lesson, verdict, tookMs, findings, figures, remarks, advice }
}

/** How long a run may last: until the caller gives it up, or too much time has passed. */
class Life implements Disposable {
  readonly #given: AbortSignal | undefined
  readonly #run = new AbortController()
  readonly #timer: NodeJS.Timeout
  readonly #aborted = (): void => this.#run.abort(new TransportError('ABORTED', {}, { cause: this.#given?.reason }))
  /** Rejects when it is over. */
  readonly over: Promise<never>

  constructor(given: AbortSignal | undefined) {
    this.#given = given
    this.#timer = setTimeout(() => {
      this.#run.abort(new TransportError('ABORTED', { reason: 'the experiment hangs', limitMs: LONGEST_MS }))
    }, LONGEST_MS)
    this.over = new Promise((_, reject) => {
      this.signal.addEventListener('abort', () => reject(this.signal.reason), { once: true })
    })
    this.over.catch(() => {})
    // As many things may wait at once as the experiment likes.
    setMaxListeners(0, this.signal)
    if (given?.aborted === true) this.#aborted()
    else given?.addEventListener('abort', this.#aborted, { once: true })
  }

  get signal(): AbortSignal {
    return this.#run.signal
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#given?.removeEventListener('abort', this.#aborted)
  }
}
