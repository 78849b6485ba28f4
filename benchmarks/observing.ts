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
  full: {
    heats: 24,
    rounds: 3,
    warmUps: 5,
    watchedHeats: 4,
    small: 1_000_000,
    watched: 100_000,
    strict: 8_000,
    large: 4_000,
  },
  quick: {
    heats: 6,
    rounds: 3,
    warmUps: 3,
    watchedHeats: 1,
    small: 400_000,
    watched: 50_000,
    strict: 3_000,
    large: 2_000,
  },
  trial: { heats: 1, rounds: 1, warmUps: 1, watchedHeats: 1, small: 2_000, watched: 500, strict: 100, large: 20 },
}

export const observing: Question = {
  name: 'observing',
  asks: 'What do the diagnostics channels cost, without a listener and with one?',
  seconds: { full: 275, quick: 40 },
  longOnly: true,
  answer: async (plan) => {
    const { watchedHeats, small, watched, strict, large, ...course } = AMOUNTS[plan.pace]
    const ofSmall = { bytes: SMALL, count: small }
    const ofLarge = { bytes: LARGE, count: large }
    const ofWatched = { bytes: SMALL, count: watched }
    const ofStrict = { bytes: SMALL, count: strict }
    const unheard = await bout(
      [
        { contender: pipelinedUnheard, load: ofSmall },
        { contender: pipelinedUnheard, load: ofLarge },
        { contender: pipelinedUnpublished, load: ofSmall },
        { contender: pipelinedUnpublished, load: ofLarge },
        { contender: pipelinedAgain, load: ofSmall },
        { contender: pipelinedAgain, load: ofLarge },
      ],
      course,
      plan,
    )
    // In turns on one core, processor time is what counts; on two, most of a round trip is waiting.
    const turns = await bout(
      [
        { contender: strictUnheard, load: ofStrict },
        { contender: strictUnpublished, load: ofStrict },
      ],
      { ...course, cores: 1 },
      plan,
    )
    const heard = await bout(
      [
        { contender: pipelinedUnheard, load: ofSmall },
        { contender: pipelinedCounted, load: ofWatched },
        { contender: pipelinedTraced, load: ofWatched },
      ],
      { ...course, heats: watchedHeats },
      plan,
    )
    const [free, ...listened] = heard
    const scores = [...unheard, ...turns, ...listened]
    const rates = scores.map(messageRates)
    const [plain = [], wide = [], without = [], wideWithout = [], again = [], wideAgain = []] = rates
    const [busy = [], busyWithout = [], counted = [], traced = []] = rates.slice(unheard.length)
    const beside = free === undefined ? [] : messageRates(free)
    const figures = figuresOf(scores, 'messages/s').map((figure, index) =>
      scores[index]?.bytes === LARGE ? { ...figure, name: `${figure.name}, 64 KiB` } : figure,
    )
    return {
      scores,
      figures: [
        ...figures,
        { name: 'nobody listening, over the same again', unit: '', samples: ratios(plain, again) },
        { name: 'nobody listening, over the same again, 64 KiB', unit: '', samples: ratios(wide, wideAgain) },
        { name: 'every event counted, over nobody listening', unit: '', samples: ratios(counted, beside) },
        { name: 'traced, over nobody listening', unit: '', samples: ratios(traced, beside) },
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
