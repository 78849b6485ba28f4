import { type Figure, megabyteRates, messageRates, ratios, type Score } from 'framewright/bench'

/** From this size on it is the bytes that count. */
const LARGE_BYTES = 65_536

/** What a rate is a share of. */
export interface Share {
  readonly name: string
  /** Taken in the same rounds. */
  readonly of: Score
}

/** The rate of one contender with messages of one size, its payload where they are large, its share of another rate. */
export const rateFigures = (score: Score, line: string, share?: Share): Figure[] => {
  const point = { line, axis: 'messageBytes', value: score.bytes } as const
  const rates = messageRates(score)
  const figures: Figure[] = [{ name: 'rate', unit: 'messages/s', point, samples: rates }]
  if (score.bytes >= LARGE_BYTES) figures.push({ name: 'payload', unit: 'MB/s', point, samples: megabyteRates(score) })
  if (share !== undefined)
    figures.push({ name: share.name, unit: '', point, samples: ratios(rates, messageRates(share.of)) })
  return figures
}
