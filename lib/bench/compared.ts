import type { Described } from '@/bench/contender.js'
import type { Wishes } from '@/bench/wishes.js'

/** Contenders that are wished and cannot be had. */
export class NoSuchContender extends Error {
  override readonly name = 'NoSuchContender'
}

/**
 * Who is compared: those of the wishes first, then a question's own. `only` chooses among all of them; those of the wishes
 * stay as long as it names none of them, since somebody who brings a contender wants to see it.
 * @throws NoSuchContender when `only` names one that is not there, or two have one name
 */
export const compared = (own: readonly Described[], { contenders = [], only }: Wishes): readonly Described[] => {
  const all = [...contenders, ...own]
  const twice = all.find(({ name }, place) => all.findIndex((other) => other.name === name) < place)
  if (twice !== undefined) throw new NoSuchContender(`two contenders are called "${twice.name}"`)
  if (only === undefined) return all
  const unknown = only.find((wanted) => all.every(({ name }) => name !== wanted))
  if (unknown !== undefined) {
    const names = all.map(({ name }) => `"${name}"`).join(', ')
    throw new NoSuchContender(`there is no contender "${unknown}"; there are ${names}`)
  }
  const named = ({ name }: Described): boolean => only.includes(name)
  return [...(contenders.some(named) ? contenders.filter(named) : contenders), ...own.filter(named)]
}
