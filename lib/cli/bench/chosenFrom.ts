import { compared, NoSuchContender, type Pace, type Question, type Wish, type Wishes } from '@/bench/index.js'
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
 * @throws UsageError for a name that is none, for a wish that means nothing to a question, and for contenders that it
 * cannot compare
 */
export const chosenFrom = (questions: readonly Question[], { names, pace, wishes }: Choice): readonly Question[] => {
  const wished = WISH_NAMES.filter((wish) => wishes[wish] !== undefined)
  const unheeded = ({ heeds = [] }: Question): Wish | undefined => wished.find((wish) => !heeds.includes(wish))
  if (names.length === 0) {
    const pass = questions.filter(({ longOnly = false }) => pace === 'full' || !longOnly)
    const heeding = pass.filter((question) => unheeded(question) === undefined)
    const able = heeding.filter((question) => notCompared(question, wishes) === undefined)
    const [first] = heeding
    const none = able.length > 0 || first === undefined ? undefined : notCompared(first, wishes)
    if (none !== undefined) throw none
    return able
  }
  const unknown = names.find((name) => !questions.some((question) => question.name === name))
  if (unknown !== undefined) throw noQuestion(unknown, unknown === names[0], questions)
  const chosen = questions.filter(({ name }) => names.includes(name))
  for (const question of chosen) {
    const wish = unheeded(question)
    const none = wish === undefined ? notCompared(question, wishes) : meaningless(wish, question, questions)
    if (none !== undefined) throw none
  }
  return chosen
}

const meaningless = (wish: Wish, { name }: Question, questions: readonly Question[]): UsageError => {
  const able = questions.filter(({ heeds = [] }) => heeds.includes(wish)).map((question) => question.name)
  return new UsageError(
    `--${OPTION_OF[wish]} means nothing to the question ${JSON.stringify(name)}`,
    `it does to ${able.join(', ')}`,
  )
}

/** Why a question cannot compare those who are wished, if it cannot. */
const notCompared = ({ name, contenders }: Question, wishes: Wishes): UsageError | undefined => {
  try {
    if (contenders !== undefined) compared(contenders, wishes)
    return undefined
  } catch (error) {
    if (error instanceof NoSuchContender) return new UsageError(`${name}: ${error.message}`)
    throw error
  }
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
