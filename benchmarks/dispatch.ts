/**
 * Question: does finding the subscribers of a topic get slower with the number of subscriptions?
 * Unit: topics a second through `matching`, every subscriber found looked at; the promise is a ratio of the times of a round.
 * Sizes: 100 and 10,000 subscriptions, every other one a glob: with a beginning, a middle, an end or nothing of its own.
 * Baseline: the same with 100; beside them the naive way with 10,000, which tries every glob.
 */
import { TopicIndex } from 'framewright/lonely'
import { duel, type Micro, type Question, ratios } from 'framewright/bench'

const FEW = 100
const MANY = 10_000
/** So many different topics, one after the other. */
const TOPICS = 500
const AMOUNTS = {
  full: { rounds: 12, seconds: 6 },
  quick: { rounds: 6, seconds: 1.5 },
  trial: { rounds: 1, seconds: 0.02 },
}

/** The globs of subscriber `number`; only the last shape accepts topics of others too. */
const SHAPES: readonly ((number: number) => string)[] = [
  (number) => `site/${number}/*`,
  (number) => `site/*/sensor/${number}`,
  (number) => `*/sensor/${number}`,
  (number) => `site/${number}/s?nsor/[0-9]*`,
  (number) => `s*/${number}/*/${number}`,
]

const globOf = (number: number): string => (SHAPES[(number >> 1) % SHAPES.length] ?? String)(number)
const topicOf = (number: number): Buffer => Buffer.from(`site/${number}/sensor/${number}`)

/** Topics that are spread over all subscriptions; each has exactly one subscriber. */
const topicsOf = (subscriptions: number): readonly Buffer[] =>
  Array.from({ length: TOPICS }, (_, index) => topicOf((index * 7_919) % subscriptions))

const indexed = (subscriptions: number): Micro => {
  const index = new TopicIndex<number>()
  for (let number = 0; number < subscriptions; number++) {
    if (number % 2 === 0) index.subscribeExact(topicOf(number), number)
    else index.subscribeGlob(globOf(number), number)
  }
  const topics = topicsOf(subscriptions)
  return {
    name: `${subscriptions} subscriptions`,
    operations: TOPICS,
    expected: TOPICS,
    run: () => {
      let found = 0
      for (const topic of topics) for (const number of index.matching(topic)) found += number >= 0 ? 1 : 0
      return found
    },
  }
}

const naive = (subscriptions: number): Micro => {
  const exact = new Map<string, number>()
  const globs: RegExp[] = []
  for (let number = 0; number < subscriptions; number++) {
    if (number % 2 === 0) exact.set(topicOf(number).toString(), number)
    else globs.push(new RegExp(`^${globOf(number).replaceAll('*', '.*').replaceAll('?', '.')}$`, 'u'))
  }
  const topics = topicsOf(subscriptions).slice(0, 20)
  return {
    name: `${subscriptions} subscriptions, every glob tried`,
    operations: topics.length,
    expected: topics.length,
    run: () => {
      let found = 0
      for (const topic of topics) {
        const text = topic.toString()
        if (exact.has(text)) found++
        for (const glob of globs) if (glob.test(text)) found++
      }
      return found
    },
  }
}

export const dispatch: Question = {
  name: 'dispatch',
  asks: 'Does finding the subscribers of a topic get slower with 10,000 subscriptions instead of 100?',
  longOnly: true,
  seconds: { full: 30, quick: 6 },
  needs: ['benchmark'],
  answer: async (plan) => {
    const { rounds, seconds } = AMOUNTS[plan.pace]
    const figures = await duel([indexed(FEW), indexed(MANY), naive(MANY)], rounds, seconds, plan)
    const [few = [], many = []] = figures.map(({ samples }) => samples)
    return {
      figures,
      promised: [{ name: 'time with 10,000 over 100', goal: { atMost: 3 }, unit: '', samples: ratios(few, many) }],
    }
  },
}
