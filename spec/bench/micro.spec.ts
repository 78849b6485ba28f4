import { expect } from 'chai'
import { type Micro, micro } from '@/bench/index.js'

const SETTLE_MS = 200

const thrown = (): never => {
  throw new Error('on purpose')
}

/** Does what it should `times` times, and then something else. */
const from = <Result>(times: number, right: () => Result, wrong: () => Result): (() => Result) => {
  let runs = 0
  return () => (runs++ < times ? right() : wrong())
}

const settled = (): Promise<number> => Promise.resolve(1)
const pending = (): Promise<number> => new Promise(() => {})

const FAILING: readonly (readonly [what: string, says: string, run: Micro['run']])[] = [
  ['gives a wrong result', 'wrong: gave 2 where 1 is right', () => 2],
  ['throws', 'wrong: on purpose', thrown],
  ['throws after some runs', 'wrong: on purpose', from(100, () => 1, thrown)],
  [
    'gives a promise after a number',
    'wrong: gave [object Promise] where 1 is right',
    from<number | Promise<number>>(100, () => 1, settled),
  ],
  ['gives a promise of a wrong result', 'wrong: gave 2 where 1 is right', () => Promise.resolve(2)],
  ['rejects', 'wrong: on purpose', () => Promise.reject(new Error('on purpose'))],
  ['rejects after some runs', 'wrong: on purpose', from(100, settled, () => Promise.reject(new Error('on purpose')))],
  ['throws before it gives a promise, after some runs', 'wrong: on purpose', from(100, settled, thrown)],
  [
    'rejects with something that is no error',
    'wrong: on purpose',
    from(100, settled, () => Promise.reject('on purpose')),
  ],
  [
    'gives a wrong result after some promises',
    'wrong: gave 2 where 1 is right',
    from(100, settled, () => Promise.resolve(2)),
  ],
  ['never settles', `wrong: did not settle within ${SETTLE_MS} ms`, pending],
  ['never settles after some runs', `wrong: did not settle within ${SETTLE_MS} ms`, from(100, settled, pending)],
]

describe('a micro benchmark', () => {
  for (const [what, says, run] of FAILING) {
    it(`fails the run when it ${what}`, async () => {
      const complaint = await micro([{ name: 'wrong', operations: 1, expected: 1, run }], 0.02, {
        settleMs: SETTLE_MS,
      }).then(
        () => 'nothing',
        (error: Error) => error.message,
      )
      expect(complaint).to.equal(says)
    })
  }

  for (const [what, run] of [
    ['numbers', () => 1],
    ['promises', settled],
    ['a promise that never settles', pending],
  ] as const) {
    it(`ends at once when its signal fires, giving ${what}`, async () => {
      const stop = new AbortController()
      const enough = new Error('enough')
      const running = micro([{ name: 'long', operations: 1, expected: 1, run }], 3_600, { signal: stop.signal })
      setTimeout(() => stop.abort(enough), 20)
      expect(await running.catch((error: unknown) => error)).to.equal(enough)
    })
  }

  it('does not begin when its signal has fired', async () => {
    let runs = 0
    const run = (): number => ++runs
    const failed = micro([{ name: 'none', operations: 1, expected: 1, run }], 1, { signal: AbortSignal.abort() })
    expect(await failed.catch((error: unknown) => error)).to.include({ name: 'AbortError' })
    expect(runs).to.equal(0)
  })

  it('is measured whether it gives numbers or promises, the next run beginning when a promise has settled', async () => {
    let [under, most] = [0, 0]
    const turning = async (): Promise<number> => {
      most = Math.max(most, ++under)
      await new Promise((resolve) => setImmediate(resolve))
      under--
      return 1
    }
    const works = [
      { name: 'numbers', operations: 3, expected: 1, run: () => 1 },
      { name: 'promises', operations: 3, expected: 1, run: turning },
    ]
    const figures = await micro(works, 0.02)
    expect(figures.map(({ name }) => name)).to.deep.equal(['numbers', 'promises'])
    for (const { samples } of figures) expect(Math.min(...samples)).to.be.above(0)
    expect([under, most]).to.deep.equal([0, 1])
  })
})
