import { expect } from 'chai'
import { answerAll, bout, type Contender, type Question, RunFailed } from '@/bench/index.js'
import { faultless, FAULTY_BYTES } from '../../benchmarks/contenders/faulty.js'

const WATCHER = { progress: () => {}, answered: () => {} }
const load = { bytes: FAULTY_BYTES, count: 10 }
const missing: Contender = { ...faultless, name: 'of others', needs: ['no-such-package-of-ours'] }

const questionFor = (contenders: readonly Contender[]): Question => ({
  name: 'present',
  asks: 'Who is there?',
  seconds: { full: 1, quick: 1 },
  answer: async (plan) => {
    const entrants = contenders.map((contender) => ({ contender, load }))
    const scores = await bout(entrants, { heats: 1, rounds: 1 }, plan)
    const figures = scores.map(({ name, samples }) => ({ name, unit: '', samples: samples.map(() => 1) }))
    return { scores, figures, promised: [] }
  },
})

describe('answering questions', function () {
  this.timeout(90_000)

  it('leaves out a contender whose package is not installed, and a note says how to have it', async () => {
    const { answers } = await answerAll([questionFor([missing, faultless])], 'trial', WATCHER)
    const [{ answer } = { answer: undefined }] = answers
    expect(answer?.figures).to.deep.equal([{ name: 'faultless', unit: '', samples: [1] }])
    expect(answer?.scores?.map(({ name }) => name)).to.deep.equal(['faultless'])
    expect(answer?.notes).to.deep.equal(['of others is left out; to have it: npm install no-such-package-of-ours'])
  })

  it('leaves out a question whose package is not installed', async () => {
    const question: Question = { ...questionFor([]), needs: ['no-such-package-of-ours'] }
    const { answers } = await answerAll([question], 'trial', WATCHER)
    const notes = ['the question is left out; to have it: npm install no-such-package-of-ours']
    const [{ tookMs, ...answered } = { tookMs: undefined }] = answers
    expect(answered).to.deep.equal({
      question: 'present',
      asks: 'Who is there?',
      answer: { figures: [], promised: [], notes },
    })
    expect(tookMs).to.be.at.least(0)
  })

  it('says where a run was made: Node, processor, cores, system, and the versions of what is compared', async () => {
    const question = questionFor([missing, { ...faultless, needs: ['ws'] }])
    const { environment } = await answerAll([question], 'trial', WATCHER)
    expect(environment).to.include({ node: process.version })
    expect(environment.packages).to.have.all.keys('framewright', 'ws')
    expect(environment.packages['ws']).to.match(/^8\./)
  })

  it('rejects with the name of the question that could not be answered, and with what was answered before it', async () => {
    const question: Question = {
      ...questionFor([]),
      name: 'broken',
      answer: () => Promise.reject(new Error('on purpose')),
    }
    const failure = await answerAll([questionFor([]), question, questionFor([])], 'trial', WATCHER).catch(
      (error: unknown) => error,
    )
    if (!(failure instanceof RunFailed)) throw new Error('it has not failed')
    expect(failure.message).to.equal('broken failed: on purpose')
    expect(failure.report.pace).to.equal('trial')
    expect(failure.report.answers.map(({ question: name }) => name)).to.deep.equal(['present'])
  })
})
