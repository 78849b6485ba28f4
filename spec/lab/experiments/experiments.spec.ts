import { expect } from 'chai'
import { type Experiment, EXPERIMENTS, runExperiment } from '@/lab/index.js'
import { rejection } from '../../support/rejection.js'

describe('every experiment', () => {
  it('has a name that can be typed, and that no other has', () => {
    const names = EXPERIMENTS.map(({ name }) => name)
    expect(names.filter((name) => !/^[a-z]+(-[a-z]+)*$/.test(name))).to.deep.equal([])
    expect(new Set(names).size).to.equal(names.length)
  })

  it('asks a question, and answers it in a sentence', () => {
    for (const { name, question, lesson } of EXPERIMENTS) {
      expect(question, name).to.match(/\?$/)
      expect(lesson, name).to.match(/\.$/)
    }
  })

  it('has advice whose lines a terminal has room for', () => {
    for (const { name, advice } of EXPERIMENTS)
      for (const line of advice.code.split('\n')) expect(line.length, `${name}: ${line}`).to.be.at.most(116)
  })

  for (const experiment of EXPERIMENTS)
    it(`${experiment.name} ends when it is given up, with ABORTED, and leaves nothing open`, () => givenUp(experiment))
})

/** Gives a run up as soon as it says what it is at. That nothing is left open is seen when all specs are done. */
const givenUp = async (experiment: Experiment): Promise<void> => {
  const stop = new AbortController()
  const running = runExperiment(experiment, { signal: stop.signal, progress: () => stop.abort() })
  expect((await rejection(running)).code).to.equal('ABORTED')
}
