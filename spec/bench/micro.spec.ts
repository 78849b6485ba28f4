import { expect } from 'chai'
import { micro } from '@/bench/index.js'

const FAILING: readonly (readonly [what: string, says: string, run: () => number])[] = [
  ['gives a wrong result', 'wrong: gave 2 where 1 is right', () => 2],
  [
    'throws',
    'on purpose',
    () => {
      throw new Error('on purpose')
    },
  ],
]

describe('a micro benchmark', () => {
  for (const [what, says, run] of FAILING) {
    it(`fails the run when it ${what}`, async () => {
      const complaint = await micro([{ name: 'wrong', operations: 1, expected: 1, run }], 0.02).then(
        () => 'nothing',
        (error: Error) => error.message,
      )
      expect(complaint).to.equal(says)
    })
  }
})
