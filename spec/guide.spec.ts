import { expect } from 'chai'
import { EXPERIMENTS } from '@/lab/index.js'
import { runHere } from './support/cli.js'
import { codeBlocks, DOCUMENTS } from './support/documents.js'
import { complaintsAbout, printed, runSnippets, snippetsIn, writeSnippets } from './support/snippets.js'
import type { SnippetRun } from './support/snippetRunner.js'
import { removeFolder, temporaryFolder } from './support/temporaryFolder.js'

// Every program and every command line in what people read, also in documents that are yet to come.

describe('the programs in README and docs, and in the advice of the lab', function () {
  this.timeout(60_000)
  /** What the experiments of the lab advise is read, too: on a terminal, and on their pages. */
  const advice = EXPERIMENTS.map(({ name, advice: { code } }) => ({ place: `the advice of ${name}`, code }))
  const compiled = [
    ...DOCUMENTS.flatMap(snippetsIn),
    ...advice.map((program) => ({ ...program, runs: false, prints: undefined })),
  ]
  /** Those of the README work together, and are run by its own spec. */
  const runs = compiled.map((snippet) => snippet.runs && snippet.place.startsWith('docs/'))
  let folder = ''
  let went: { readonly runs: readonly SnippetRun[]; readonly complaint: string }

  before(async () => {
    folder = await temporaryFolder()
    const paths = await writeSnippets(
      compiled.map(({ code }) => code),
      folder,
    )
    went = await runSnippets(paths.filter((_, at) => runs[at]))
  })
  after(() => removeFolder(folder))

  it('compile under the settings of the project', async () => {
    const paths = compiled.map((_, at) => `${folder}/snippet-${at + 1}.mts`)
    const places = compiled.map(({ place }, at) => `snippet-${at + 1}.mts is ${place}`).join('\n')
    const complaints = await complaintsAbout(paths, folder)
    expect(complaints, `${complaints}\n${places}`).to.equal('')
  })

  compiled
    .filter((_, at) => runs[at])
    .forEach(({ place, prints }, at) => {
      const what = prints === undefined ? 'ends by itself' : 'prints what it says, and ends by itself'
      it(`${place} ${what}`, () => {
        const result = went.runs[at]
        expect(result, went.complaint).to.include({ threw: '' })
        expect(result?.left).to.deep.equal([])
        const output = result?.output ?? ''
        if (prints !== undefined) expect(printed(output, prints), `it printed\n${output}`).to.equal(true)
      })
    })
})

describe('the command lines in README and docs', () => {
  const lines = DOCUMENTS.flatMap((document) =>
    codeBlocks(document, 'sh').flatMap((block) => block.match(/^framewright .*$/gm) ?? []),
  )

  it('are there', () => {
    expect(lines).to.have.lengthOf.at.least(10)
  })

  for (const line of new Set(lines)) {
    it(`${line.split('#', 1)[0]?.trim()} is one that the command line knows`, async () => {
      const [, ...words] = line.split('#', 1)[0]?.trim().split(/\s+/) ?? []
      const { code, out } = await runHere([...words.slice(0, 2), '--help']).ended
      expect(code).to.equal(0)
      expect(out).to.match(/^framewright \w+/)
      for (const option of words.filter((word) => word.startsWith('--'))) expect(out).to.include(option)
    })
  }
})
