import { type Micro, micro, type MicroOptions } from '@/bench/micro.js'
import type { Figure } from '@/bench/question.js'
import { spreadOf } from '@/bench/statistics.js'

/**
 * Runs all works once a round, each time beginning with another, so that a ratio can be taken between samples of the
 * same round.
 * @param seconds for each work, all rounds together
 * @returns for each work one sample a round, in the order of `works`
 */
export const duel = async (
  works: readonly Micro[],
  rounds: number,
  seconds: number,
  options: MicroOptions = {},
): Promise<Figure[]> => {
  const samples = works.map((): number[] => [])
  for (let round = 0; round < rounds; round++) {
    const from = round % works.length
    const order = [...works.slice(from), ...works.slice(0, from)]
    const figures = await micro(order, seconds / rounds, options)
    for (const [place, figure] of figures.entries())
      samples[(from + place) % works.length]?.push(spreadOf(figure.samples).median)
  }
  return works.map(({ name }, index) => ({ name, unit: 'messages/s', samples: samples[index] ?? [] }))
}
