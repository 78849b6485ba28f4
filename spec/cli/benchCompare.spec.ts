import { expect } from 'chai'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runHere } from '../support/cli.js'
import { sampleReport } from '../support/sampleReport.js'
import { removeFolder, temporaryFolder } from '../support/temporaryFolder.js'

describe('framewright bench compare', () => {
  let folder: string
  let before: string
  let after: string

  beforeEach(async () => {
    folder = await temporaryFolder()
    before = join(folder, 'old.json')
    after = join(folder, 'new.json')
    await writeFile(before, JSON.stringify(sampleReport()))
    await writeFile(after, JSON.stringify(sampleReport(1.4)))
  })
  afterEach(() => removeFolder(folder))

  it('says what became better and worse, by how much, and how sure that is', async () => {
    const { code, out, err } = await runHere(['bench', 'compare', before, after]).ended
    expect([code, err]).to.deep.equal([0, ''])
    expect(out).to.match(
      /^better {2}sizes: strict, 64 B: rate +19,846 -> 27,784 messages\/s {2}x1\.4 \(1\.3\d to 1\.4\d\)$/m,
    )
    expect(out).to.match(/^worse {3}delay: resident memory of an idle one/m)
    expect(out).to.match(/^25 figures changed beyond the noise, by 5 % at least; 0 did not$/m)
  })

  it('finds nothing between a run and itself', async () => {
    const { code, out } = await runHere(['bench', 'compare', before, before]).ended
    expect([code, out]).to.deep.equal([0, '0 figures changed beyond the noise, by 5 % at least; 25 did not\n'])
  })

  it('tells every figure to a program, one object a line', async () => {
    const { out } = await runHere(['bench', 'compare', before, after, '--json', '--least', '50']).ended
    const events = out
      .trimEnd()
      .split('\n')
      .map((line): { readonly event?: unknown } => JSON.parse(line))
    expect(events.at(0)).to.deep.include({
      event: 'figure',
      question: 'sizes',
      name: 'strict, 0 B: rate',
      turn: 'same',
    })
    expect(events.at(-1)).to.deep.equal({ event: 'done', changed: 0, same: 25, unsure: 0, leastPercent: 50 })
  })

  it('names a few figures that only one has, and counts many, a line a question', async () => {
    const few = {
      question: 'few',
      asks: 'What?',
      answer: { figures: [{ name: 'one', unit: 'B', samples: [1] }], promised: [] },
    }
    const names = ['a', 'b', 'c', 'd']
    const figures = names.map((name) => ({ name, unit: '', samples: [1] }))
    const many = { question: 'many', asks: 'What?', answer: { figures, promised: [] } }
    const report = sampleReport()
    await writeFile(after, JSON.stringify({ ...report, answers: [...report.answers, few, many] }))
    const { out } = await runHere(['bench', 'compare', before, after]).ended
    expect(out).to.match(/^only in the new one: few: one, B\nonly in the new one: many: 4 figures\n0 figures changed/m)
    const told = await runHere(['bench', 'compare', before, after, '--json']).ended
    expect(told.out).to.include('{"event":"new","name":"many: d"}')
  })

  it('shows names of a file without what a terminal would act on', async () => {
    await writeFile(after, JSON.stringify(sampleReport(1.4)).replaceAll('sizes', 'a\\u001b[31mb'))
    const { out } = await runHere(['bench', 'compare', before, after]).ended
    expect(out).to.include(String.raw`only in the new one: a\u001b[31mb: `).and.not.to.include('\u001b')
  })

  it('exits with 1 for a file that is not there, or no report', async () => {
    const missing = await runHere(['bench', 'compare', before, join(folder, 'none.json')]).ended
    expect(missing).to.include({ code: 1, out: '' })
    expect(missing.err).to.include('[FILE_FAILED]')
    await writeFile(after, '{}')
    const wrong = await runHere(['bench', 'compare', before, after]).ended
    expect(wrong.code).to.equal(1)
    expect(wrong.err).to.match(/new\.json is not what "bench --json" writes: environment is no object\n$/)
  })

  it('exits with 2 when a file is not named, or --least is no number', async () => {
    expect((await runHere(['bench', 'compare', before]).ended).err).to.include('NEW.json is missing')
    expect((await runHere(['bench', 'compare', before, after, '--least', 'x']).ended).code).to.equal(2)
  })
})
