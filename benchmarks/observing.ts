/**
 * Question: what do the channels of the core cost when nobody listens, and what when somebody does?
 * Unit: messages a second; the promises are ratios of rates of the same round.
 * Sizes: 64 B pipelined and strict, 64 KiB pipelined, as many as fit, on one connection.
 * Baseline: the same core without its publishing: while it is loaded, every question whether anybody listens is replaced
 * by `false`. That nothing is published any more is checked while it is measured. The same core twice shows how much
 * of a difference is luck.
 */
import { bout, figuresOf, messageRates, type Question, ratios } from 'framewright/bench'
import {
  pipelinedAgain,
  pipelinedCounted,
  pipelinedTraced,
  pipelinedUnheard,
  pipelinedUnpublished,
  strictUnheard,
  strictUnpublished,
} from './contenders/observed.js'

const SMALL = 64
const LARGE = 65_536
const AMOUNTS = {
  full: { heats: 12, rounds: 4, small: 1_000_000, watched: 100_000, strict: 8_000, large: 8_000 },
  quick: { heats: 3, rounds: 5, small: 400_000, watched: 50_000, strict: 3_000, large: 3_000 },
  trial: { heats: 1, rounds: 1, small: 2_000, watched: 500, strict: 100, large: 20 },
}

export const observing: Question = {
  name: 'observing',
  asks: 'What do the diagnostics channels cost, without a listener and with one?',
  seconds: { full: 420, quick: 60 },
  longOnly: true,
  answer: async (plan) => {
    const { heats, rounds, small, watched, strict, large } = AMOUNTS[plan.pace]
    const ofSmall = { bytes: SMALL, count: small }
    const ofWatched = { bytes: SMALL, count: watched }
    const ofLarge = { bytes: LARGE, count: large }
    const ofStrict = { bytes: SMALL, count: strict }
    const pipelined = await bout(
      [
        { contender: pipelinedUnheard, load: ofSmall },
        { contender: pipelinedUnpublished, load: ofSmall },
        { contender: pipelinedAgain, load: ofSmall },
        { contender: pipelinedCounted, load: ofWatched },
        { contender: pipelinedTraced, load: ofWatched },
        { contender: pipelinedUnheard, load: ofLarge },
        { contender: pipelinedUnpublished, load: ofLarge },
      ],
      { heats, rounds },
      plan,
    )
    // In turns on one core, processor time is what counts; on two, most of a round trip is waiting.
    const turns = await bout(
      [
        { contender: strictUnheard, load: ofStrict },
        { contender: strictUnpublished, load: ofStrict },
      ],
      { heats, rounds, cores: 1 },
      plan,
    )
    const scores = [...pipelined, ...turns]
    const [
      plain = [],
      without = [],
      again = [],
      counted = [],
      traced = [],
      wide = [],
      wideWithout = [],
      busy = [],
      busyWithout = [],
    ] = scores.map(messageRates)
    const figures = figuresOf(scores, 'messages/s').map((figure, index) =>
      scores[index]?.bytes === LARGE ? { ...figure, name: `${figure.name}, 64 KiB` } : figure,
    )
    return {
      scores,
      figures: [
        ...figures,
        { name: 'nobody listening, over the same again', unit: '', samples: ratios(plain, again) },
        { name: 'every event counted, over nobody listening', unit: '', samples: ratios(counted, plain) },
        { name: 'traced, over nobody listening', unit: '', samples: ratios(traced, plain) },
      ],
      promised: [
        {
          name: 'nobody listening over taken out, 64 B',
          goal: { atLeast: 0.98 },
          unit: '',
          samples: ratios(plain, without),
        },
        { name: 'the same, 64 KiB', goal: { atLeast: 0.98 }, unit: '', samples: ratios(wide, wideWithout) },
        { name: 'the same, strict', goal: { atLeast: 0.98 }, unit: '', samples: ratios(busy, busyWithout) },
      ],
    }
  },
}
