import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { labAllOf } from '@/cli/lab/labAll.js'
import { collision } from '@/lab/experiments/collision.js'
import { type Experiment, experiment } from '@/lab/experiments/frame/experiment.js'
import { manyReads } from '@/lab/experiments/manyReads.js'
import { manyWrites } from '@/lab/experiments/manyWrites.js'
import { TransportError } from '@/errors.js'
import { eventsIn, runHere, type Running } from '../../support/cli.js'
import { removeFolder, temporaryFolder } from '../../support/temporaryFolder.js'
import { turns } from '../../support/turns.js'

/** Foretells 1 of something, and gives what it is told to give. */
const fixed = (name: string, count: () => Promise<number>): Experiment =>
  experiment({
    name,
    question: `does ${name} work?`,
    lesson: 'It does.',
    advice: { words: 'Do it.', code: '' },
    predict: () => ({
      count: { what: 'things', from: 1, to: 1, unit: 'things', because: 'one', otherwise: 'too many' },
    }),
    run: async () => ({ measured: { count: await count() }, figures: [] }),
  })
const good = fixed('good', () => Promise.resolve(1))
const other = fixed('other', () => Promise.resolve(1))
const different = fixed('different', () => Promise.resolve(2))
const failing = fixed('failing', () => Promise.reject(new TransportError('LISTEN_FAILED', { port: 1 })))
const broken = fixed('broken', () => Promise.reject(new TypeError('the ground is gone')))
const thrown = { ...good, name: 'thrown', predict: () => expect.fail('no prophet') }

const all = (experiments: readonly Experiment[], ...args: readonly string[]): Running =>
  runHere(['lab', 'all', ...args], {
    commands: [{ name: 'lab all', summary: 'runs them', load: async () => labAllOf(experiments) }],
  })

describe('framewright lab all', () => {
  it('runs real experiments in their order, shows each, and ends with how many there were', async () => {
    await using run = all([manyReads, manyWrites, collision], '--quick')
    const { code, out, err } = await run.ended
    expect([code, err]).to.deep.equal([0, ''])
    const [reads, writes, talk] = [manyReads, manyWrites, collision].map(({ name }) => out.indexOf(`${name}\n`))
    expect(reads).to.equal(0)
    expect(writes).to.be.greaterThan(0)
    expect(talk).to.be.greaterThan(writes ?? Infinity)
    expect(out.match(/In your own program/g)).to.have.lengthOf(3)
    expect(out).to.match(/\n3 experiments; .*\n$/)
  })

  it('says that all came as predicted, when it did', async () => {
    await using run = all([good, other])
    const { code, out } = await run.ended
    expect(code).to.equal(0)
    expect(out).to.match(/\n2 experiments; all as predicted\n$/)
  })

  it('names what differed, which is no failure', async () => {
    await using run = all([good, different, other])
    const { code, out } = await run.ended
    expect(code).to.equal(0)
    expect(out).to.include('predicted 1 things, measured 2 things: differs')
    expect(out).to.match(/\n3 experiments; different differed\n$/)
  })

  it('goes on after those that cannot be run, says why, and ends with 1', async () => {
    await using run = all([failing, broken, thrown, different, good])
    const { code, out, err } = await run.ended
    expect([code, err]).to.deep.equal([1, ''])
    expect(out).to.match(/^failing could not be run: .*\[LISTEN_FAILED\]/)
    expect(out).to.include('\nbroken could not be run: the ground is gone\n')
    expect(out).to.include('\nthrown could not be run: no prophet\n')
    expect(out).to.include('does good work?')
    expect(out).to.match(/\n2 experiments; different differed; failing, broken, thrown could not be run\n$/)
  })

  it('--json says the same to programs', async () => {
    await using run = all([good, failing, different], '--json')
    const { code, out } = await run.ended
    expect(code).to.equal(1)
    const events = eventsIn(out)
    expect(events.map(({ event, name }) => [event, name])).to.deep.equal([
      ['experiment', 'good'],
      ['failed', 'failing'],
      ['experiment', 'different'],
      ['done', undefined],
    ])
    expect(events[1]?.['says']).to.include('[LISTEN_FAILED]')
    expect(events[3]).to.deep.equal({ event: 'done', experiments: 2, differ: ['different'], failed: ['failing'] })
  })

  it('--html writes one page of all that could be run', async () => {
    const folder = await temporaryFolder()
    try {
      const file = join(folder, 'lab.html')
      await using run = all([good, failing, different], '--html', file)
      expect((await run.ended).code).to.equal(1)
      const page = await readFile(file, 'utf8')
      expect(page).to.include('does good work?').and.to.include('does different work?')
      expect(page).not.to.include('does failing work?')
      expect(page).to.match(/<\/html>\s*$/)
    } finally {
      await removeFolder(folder)
    }
  })

  it('runs nothing more once it is to stop, and ends with 1', async () => {
    const ran: string[] = []
    const stopping = fixed('stopping', async () => {
      ran.push('stopping')
      await turns()
      run.stop()
      return new Promise(() => {})
    })
    const later = fixed('later', () => {
      ran.push('later')
      return Promise.resolve(1)
    })
    await using run = all([stopping, later])
    const { code, out, err } = await run.ended
    expect([code, out, ran]).to.deep.equal([1, '', ['stopping']])
    expect(err).to.match(/\[ABORTED\]\n$/)
  })

  it('leaves the page that was there, and nothing else, when it is stopped', async () => {
    const folder = await temporaryFolder()
    try {
      const file = join(folder, 'lab.html')
      await writeFile(file, 'the page of before')
      const stopping = fixed('stopping', () => {
        run.stop()
        return new Promise(() => {})
      })
      await using run = all([good, stopping], '--html', file)
      expect((await run.ended).code).to.equal(1)
      expect(await readFile(file, 'utf8')).to.equal('the page of before')
      expect(await readdir(folder)).to.deep.equal(['lab.html'])
    } finally {
      await removeFolder(folder)
    }
  })
})
