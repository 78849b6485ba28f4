/**
 * Question: what do the channels of the core cost when nobody listens, and what when somebody does?
 * Unit: messages a second; the promises are ratios of rates of the same round.
 * Sizes: 64 B pipelined and strict, 64 KiB pipelined, as many as fit, on one connection.
 * Baseline: a copy of the core, in the same two processes, without its publishing: while it is loaded, every question
 * whether anybody listens is replaced by `false`. That nothing is published any more is checked at the end. A second
 * copy of the core as it is shows how much of a difference is luck.
 */
import { bout, figuresOf, messageRates, type Promised, type Question, ratios } from 'framewright/bench'
import {
  pipelinedCounted,
  pipelinedFirst,
  pipelinedSecond,
  pipelinedSilent,
  pipelinedTraced,
  pipelinedUnheard,
  pipelinedUnpublished,
  strictFirst,
  strictSecond,
  strictUnpublished,
} from './contenders/observed.js'

const SMALL = 64
const LARGE = 65_536
/**
 * Samples are short and many: from one to the next little changes, and what does falls on all alike. What the compiler makes
 * of a copy is luck for as long as a process lives, and the less there is to each message, the more it is worth.
 */
const UNHEARD = {
  full: { heats: 32, rounds: 24, warmUps: 40, small: 100_000, large: 300 },
  quick: { heats: 4, rounds: 12, warmUps: 20, small: 100_000, large: 300 },
  trial: { heats: 1, rounds: 1, warmUps: 1, small: 2_000, large: 20 },
}
const TURNS = {
  full: { heats: 10, rounds: 64, warmUps: 12, count: 1_000 },
  quick: { heats: 2, rounds: 24, warmUps: 8, count: 1_000 },
  trial: { heats: 1, rounds: 1, warmUps: 1, count: 100 },
}
const WATCHED = {
  full: { heats: 4, rounds: 3, count: 100_000 },
  quick: { heats: 1, rounds: 3, count: 50_000 },
  trial: { heats: 1, rounds: 1, together: true, count: 500 },
}

export const observing: Question = {
  name: 'observing',
  asks: 'What do the diagnostics channels cost, without a listener and with one?',
  seconds: { full: 780, quick: 75 },
  longOnly: true,
  answer: async (plan) => {
    const { small, large, ...course } = UNHEARD[plan.pace]
    const { count: strict, ...turning } = TURNS[plan.pace]
    const { count: watched, ...watching } = WATCHED[plan.pace]
    const ofSmall = { bytes: SMALL, count: small }
    const ofLarge = { bytes: LARGE, count: large }
    const ofWatched = { bytes: SMALL, count: watched }
    const ofStrict = { bytes: SMALL, count: strict }
    const unheard = await bout(
      [
        { contender: pipelinedFirst, load: ofSmall },
        { contender: pipelinedFirst, load: ofLarge },
        { contender: pipelinedUnpublished, load: ofSmall },
        { contender: pipelinedUnpublished, load: ofLarge },
        { contender: pipelinedSecond, load: ofSmall },
        { contender: pipelinedSecond, load: ofLarge },
      ],
      { ...course, together: true, anew: true },
      plan,
    )
    // In turns on one core, processor time is what counts; on two, most of a round trip is waiting.
    const turns = await bout(
      [
        { contender: strictFirst, load: ofStrict },
        { contender: strictUnpublished, load: ofStrict },
        { contender: strictSecond, load: ofStrict },
      ],
      { ...turning, cores: 1, together: true, anew: true },
      plan,
    )
    const heard = await bout(
      [
        { contender: pipelinedUnheard, load: ofSmall },
        { contender: pipelinedCounted, load: ofWatched },
        { contender: pipelinedTraced, load: ofWatched },
      ],
      watching,
      plan,
    )
    // Nothing is measured: it would fail if anything were still published.
    await bout([{ contender: pipelinedSilent, load: ofWatched }], { heats: 1, rounds: 1 }, plan)
    const [free, ...listened] = heard
    const scores = [...unheard, ...turns, ...listened]
    const rates = scores.map(messageRates)
    const [plain = [], wide = [], without = [], wideWithout = [], again = [], wideAgain = []] = rates
    const [busy = [], busyWithout = [], busyAgain = [], counted = [], traced = []] = rates.slice(unheard.length)
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
        { name: 'nobody listening, over the same again, strict', unit: '', samples: ratios(busy, busyAgain) },
        { name: 'every event counted, over nobody listening', unit: '', samples: ratios(counted, beside) },
        { name: 'traced, over nobody listening', unit: '', samples: ratios(traced, beside) },
      ],
      promised: [
        promise('nobody listening over taken out, 64 B', [plain, again], without),
        promise('nobody listening over taken out, 64 KiB', [wide, wideAgain], wideWithout),
        promise('nobody listening over taken out, strict', [busy, busyAgain], busyWithout),
      ],
    }
  },
}

/** Both copies of the core as it is, over the one without publishing. */
const promise = (name: string, copies: readonly (readonly number[])[], without: readonly number[]): Promised => ({
  name,
  goal: { atLeast: 0.98 },
  unit: '',
  samples: copies.flatMap((copy) => ratios(copy, without)),
})
