import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Experiment, EXPERIMENTS, runExperiment } from '@/lab/index.js'
import { rejection } from '../../support/rejection.js'
import { complaintsAbout } from '../../support/snippets.js'
import { removeFolder, temporaryFolder } from '../../support/temporaryFolder.js'

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

  it('has advice that compiles', async function () {
    this.timeout(30_000)
    const folder = await temporaryFolder()
    try {
      const paths = EXPERIMENTS.map(({ name }) => join(folder, `${name}.mts`))
      await Promise.all(EXPERIMENTS.map(({ advice }, at) => writeFile(paths[at] ?? '', advice.code)))
      expect(await complaintsAbout(paths, folder)).to.equal('')
    } finally {
      await removeFolder(folder)
    }
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
