import type { Figure } from '@/bench/question.js'
import { megabyteRates, messageRates, type Score } from '@/bench/score.js'

/** The figures of a bout in messages a second, or in MB/s where the messages are large. */
export const figuresOf = (scores: readonly Score[], unit: 'messages/s' | 'MB/s'): Figure[] =>
  scores.map((score) => ({
    name: score.name,
    unit,
    samples: unit === 'MB/s' ? megabyteRates(score) : messageRates(score),
  }))
