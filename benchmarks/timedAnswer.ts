import { type Answer, type Figure, latenciesUs, type Latencies, type Score } from 'framewright/bench'
import type { BoxEntrant } from './boxEntrants.js'

const PERCENTS = [50, 90, 99, 99.9]

/** What a closed or an open loop has to say: the usual percentiles of each round, and the distribution of all together. */
export const timedAnswer = (entrants: readonly BoxEntrant[], scores: readonly Score[]): Answer => {
  const placed = scores.map((score, place) => {
    const point = { line: entrants[place]?.line ?? '', axis: 'messageBytes', value: score.bytes } as const
    return { score, point }
  })
  const figures = placed.flatMap(({ score, point }) =>
    PERCENTS.map(
      (percent): Figure => ({ name: `${percent} %`, unit: 'µs', point, samples: latenciesUs(score, percent) }),
    ),
  )
  const latencies = placed.flatMap(({ score, point }): Latencies[] =>
    score.latencies === undefined ? [] : [{ name: point.line, point, ...score.latencies }],
  )
  return { figures, promised: [], scores, latencies }
}
