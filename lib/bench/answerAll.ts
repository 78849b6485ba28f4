import { setMaxListeners } from 'node:events'
import { environment } from '@/bench/environment.js'
import { missingPackages, packageVersion } from '@/bench/packages.js'
import type { Answer, Pace, Question } from '@/bench/question.js'
import type { Report } from '@/bench/report.js'
import type { Wishes } from '@/bench/wishes.js'
import { wordsOf } from '@/errors.js'

/** Who wants to know, and hears how the run goes. */
export interface Watcher {
  /** Ends the run. */
  readonly signal?: AbortSignal
  readonly wishes?: Wishes
  progress(question: Question, text: string): void
  answered(question: Question, answer: Answer): void
}

/** Why a run ended early. */
export class RunFailed extends Error {
  override readonly name = 'RunFailed'
  /** What had been answered until then. */
  readonly report: Report

  constructor(cause: unknown, report: Report) {
    super(wordsOf(cause), { cause })
    this.report = report
  }
}

const TIMEOUT_MS = { full: 60_000, quick: 30_000, trial: 60_000 }

/**
 * Answers the questions, one after the other. What needs packages that are not installed is left out, and a note says so.
 * @throws RunFailed whose words begin with the name of a question, when a contender fails or a message does not arrive as
 * it was sent
 */
export const answerAll = async (questions: readonly Question[], pace: Pace, watcher: Watcher): Promise<Report> => {
  const startedAt = new Date().toISOString()
  const where = environment()
  const packages = new Map(Object.entries(where.packages))
  const { signal: stop = new AbortController().signal, wishes = {} } = watcher
  // Each process of a bout listens to it, two for every contender.
  const signal = AbortSignal.any([stop])
  setMaxListeners(0, signal)
  const answers: Report['answers'][number][] = []
  const report = (): Report => ({
    environment: { ...where, packages: Object.fromEntries(packages) },
    pace,
    startedAt,
    answers,
  })
  const goOn = (): void => {
    if (signal.aborted) throw new Error('stopped before it was done')
  }
  try {
    for (const question of questions) {
      goOn()
      const begunMs = performance.now()
      const answer = await answerTo(question, { pace, signal, wishes, watcher, packages })
      goOn()
      const tookMs = Math.round(performance.now() - begunMs)
      answers.push({ question: question.name, asks: question.asks, answer, tookMs })
      watcher.answered(question, answer)
    }
  } catch (error) {
    throw new RunFailed(error, report())
  }
  return report()
}

interface Run {
  readonly pace: Pace
  readonly signal: AbortSignal
  readonly wishes: Wishes
  readonly watcher: Watcher
  /** Gets the versions of those that are used. */
  readonly packages: Map<string, string>
}

const answerTo = async (question: Question, { pace, signal, wishes, watcher, packages }: Run): Promise<Answer> => {
  const notes = new Set<string>()
  const note = (text: string): false => {
    notes.add(text)
    return false
  }
  const present = (what: string, needs: readonly string[]): boolean => {
    const missing = missingPackages(needs)
    if (missing.length > 0) return note(`${what} is left out; to have it: npm install ${missing.join(' ')}`)
    for (const name of needs) packages.set(name, packageVersion(name) ?? '')
    return true
  }
  if (!present('the question', question.needs ?? [])) return { figures: [], promised: [], notes: [...notes] }
  const progress = (text: string): void => watcher.progress(question, text)
  progress('begins')
  try {
    const answer = await question.answer({ pace, timeoutMs: TIMEOUT_MS[pace], signal, wishes, progress, note, present })
    return whole(answer, notes)
  } catch (error) {
    if (signal.aborted) throw new Error('stopped before it was done', { cause: error })
    throw new Error(`${question.name} failed: ${wordsOf(error)}`, { cause: error })
  }
}

/** Without what has not been measured. */
const whole = (answer: Answer, notes: ReadonlySet<string>): Answer => {
  const measured = ({ samples }: { readonly samples: readonly unknown[] }): boolean => samples.length > 0
  const all = [...(answer.notes ?? []), ...notes]
  return {
    ...answer,
    figures: answer.figures.filter(measured),
    promised: answer.promised.filter(measured),
    ...(answer.scores === undefined ? {} : { scores: answer.scores.filter(measured) }),
    ...(all.length === 0 ? {} : { notes: all }),
  }
}
