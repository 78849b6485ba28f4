import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import * as faults from '../benchmarks/contenders/faulty.js'
import { type Answer, bout, type Contender, micro, type Question } from '@/bench/index.js'
import { runBenchmarks } from '../benchmarks/commandLine.js'
import { QUESTIONS } from '../benchmarks/questions.js'
import { strict64 } from '../benchmarks/strict64.js'

const { FAULTY_BYTES } = faults

/** Runs the program with these questions and keeps what it prints. */
const run = async (questions: readonly Question[], args: readonly string[]) => {
  const printed = { out: '', err: '' }
  const code = await runBenchmarks(questions, args, {
    stdout: { write: (text) => (printed.out += text) },
    stderr: { write: (text) => (printed.err += text) },
  })
  return { code, ...printed }
}

/** A question that lets one contender send ten messages. */
const questionFor = (contender: Contender, timeoutMs = 5_000): Question => ({
  name: 'faulty',
  asks: 'Is a fault noticed?',
  answer: async (plan) => {
    const entrant = { contender, load: { bytes: FAULTY_BYTES, count: 10 } }
    await bout([entrant], { heats: 1, rounds: 1 }, { ...plan, timeoutMs })
    return { figures: [], promised: [] }
  },
})

const answering = (answer: Answer): Question => ({
  name: 'fixed',
  asks: 'What?',
  answer: () => Promise.resolve(answer),
})

describe('benchmarks', function () {
  this.timeout(90_000)
  this.slow(5_000)

  for (const question of QUESTIONS) {
    it(`answers ${question.name} in a trial in which everything arrives, and judges nothing by it`, async () => {
      const { code, out, err } = await run([question], ['--trial'])
      expect(code, err).to.equal(0)
      expect(out)
        .to.contain(question.asks)
        .and.to.not.match(/NaN|holds|falls short/)
    })
  }

  it('says of each promised number what the goal is, what was measured and whether it holds', async () => {
    const samples = [0.8, 1, 0.9]
    const question = answering({
      figures: [{ name: 'pace', unit: 'messages/s', samples: [1_234_567] }],
      promised: [
        { name: 'kept', goal: { atLeast: 0.9 }, unit: '', samples },
        { name: 'broken', goal: { atMost: 0.85 }, unit: 'MiB', samples },
      ],
      notes: ['only a spec'],
    })
    const { out } = await run([question], [])
    expect(out).to.match(/Node v\d+.*\d+ x /)
    expect(out).to.match(/pace +1,234,567 +messages\/s/)
    expect(out).to.match(/kept +goal at least 0\.9 +measured 0\.9 +\(0\.85 to 0\.95\) +holds/)
    expect(out).to.match(/broken +goal at most 0\.85 +measured 0\.9 MiB +\(0\.85 to 0\.95\) +falls short/)
    expect(out).to.contain('note: only a spec')
  })

  it('writes the environment and the raw samples where --json says', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'framewright-'))
    try {
      const file = join(folder, 'run.json')
      const answer = { figures: [{ name: 'pace', unit: 'messages/s', samples: [1, 2] }], promised: [] }
      expect(await run([answering(answer)], ['--quick', '--json', file])).to.include({ code: 0 })
      const report: unknown = JSON.parse(await readFile(file, 'utf8'))
      expect(report).to.deep.include({ pace: 'quick', answers: [{ question: 'fixed', answer }] })
      expect(report).to.have.property('environment').that.includes({ node: process.version })
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('lets a contender without a fault pass', async () => {
    expect(await run([questionFor(faults.faultless)], ['--trial'])).to.include({ code: 0 })
  })

  const FAULTS: readonly (readonly [contender: Contender, message: RegExp])[] = [
    [faults.losingOne, /message 3/],
    [faults.swapping, /message 0/],
    [faults.altering, /message 0/],
    [faults.doubling, /after the last of 10 messages/],
  ]
  for (const [contender, message] of FAULTS) {
    it(`fails with exit code 1 when a contender ${contender.name}`, async () => {
      const { code, err } = await run([questionFor(contender)], ['--trial'])
      expect(code).to.equal(1)
      expect(err).to.match(message).and.to.contain(contender.name)
    })
  }

  for (const contender of [faults.losingLast, faults.unsettled]) {
    it(`fails with exit code 1, and in time, when a contender ${contender.name}`, async () => {
      const { code, err } = await run([questionFor(contender, 500)], ['--trial'])
      expect(code).to.equal(1)
      expect(err).to.contain(`${contender.name}:`).and.to.contain('did not settle within 500 ms')
    })
  }

  const FAILING: readonly (readonly [what: string, run: () => number])[] = [
    ['gives a wrong result', () => 2],
    [
      'throws',
      () => {
        throw new Error('on purpose')
      },
    ],
  ]
  for (const [what, failing] of FAILING) {
    it(`fails with exit code 1 when a micro benchmark ${what}`, async () => {
      const figures = () => micro([{ name: 'wrong', operations: 1, expected: 1, run: failing }], 0.02)
      const question: Question = {
        name: 'micro',
        asks: 'Is a failure noticed?',
        answer: async () => ({ figures: await figures(), promised: [] }),
      }
      expect(await run([question], ['--trial'])).to.include({ code: 1 })
    })
  }

  it('exits with 2 and its usage at a question or an option that does not exist', async () => {
    for (const args of [['nonsense'], ['--nonsense'], ['--quick', '--trial']]) {
      const { code, err } = await run([strict64], args)
      expect(code, args.join(' ')).to.equal(2)
      expect(err).to.contain('Usage:').and.to.contain(strict64.asks)
    }
    expect(await run([strict64], ['--help'])).to.include({ code: 0, err: '' })
  })
})
