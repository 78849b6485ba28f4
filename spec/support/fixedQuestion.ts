import type { Answer, Question } from '@/bench/index.js'

/** A question whose answer is known. */
export const fixedQuestion = (answer: Answer): Question => ({
  name: 'fixed',
  asks: 'What?',
  seconds: { full: 1, quick: 1 },
  answer: () => Promise.resolve(answer),
})
