import type { Pace, Question, Wish, Wishes } from '@/bench/index.js'
import { OPTION_OF } from '@/cli/bench/wishesFrom.js'
import { nearest } from '@/cli/nearest.js'
import { UsageError } from '@/cli/usageError.js'

/** What was typed. */
export interface Choice {
  readonly names: readonly string[]
  readonly pace: Pace
  readonly wishes: Wishes
}

/**
 * Without names, all that belong into a pass of this pace and heed what is wished.
 * @throws UsageError for a name that is none, and for a wish that means nothing to a question
 */
export const chosenFrom = (questions: readonly Question[], { names, pace, wishes }: Choice): readonly Question[] => {
  const wished = WISH_NAMES.filter((wish) => wishes[wish] !== undefined)
  const unheeded = ({ heeds = [] }: Question): Wish | undefined => wished.find((wish) => !heeds.includes(wish))
  if (names.length === 0) {
    const pass = questions.filter(({ longOnly = false }) => pace === 'full' || !longOnly)
    return pass.filter((question) => unheeded(question) === undefined)
  }
  const unknown = names.find((name) => !questions.some((question) => question.name === name))
  if (unknown !== undefined) throw noQuestion(unknown, unknown === names[0], questions)
  const chosen = questions.filter(({ name }) => names.includes(name))
  for (const question of chosen) {
    const wish = unheeded(question)
    if (wish === undefined) continue
    const able = questions.filter(({ heeds = [] }) => heeds.includes(wish)).map(({ name }) => name)
    throw new UsageError(
      `--${OPTION_OF[wish]} means nothing to the question ${JSON.stringify(question.name)}`,
      `it does to ${able.join(', ')}`,
    )
  }
  return chosen
}

const WISH_NAMES: readonly Wish[] = ['contenders', 'only', 'sizes', 'seconds', 'carriers', 'perSecond']

const noQuestion = (name: string, isFirst: boolean, questions: readonly Question[]): UsageError => {
  const known = questions.map((question) => question.name)
  // The first word may also have been meant for the other command of this family.
  const meant = nearest(name, isFirst ? [...known, COMPARE] : known)
  const hint =
    meant === undefined
      ? 'see framewright bench --list'
      : `did you mean "${meant === COMPARE ? 'bench ' : ''}${meant}"?`
  return new UsageError(`there is no question ${JSON.stringify(name)}`, hint)
}

const COMPARE = 'compare'
