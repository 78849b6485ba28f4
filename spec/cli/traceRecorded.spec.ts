import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Ended, eventsIn, runHere } from '../support/cli.js'
import { RawListener, RawPeer } from '../support/rawPeer.js'
import { removeFolder, temporaryFolder } from '../support/temporaryFolder.js'

/** What a trace prints with --json while one end says this to the other. */
const recordedOf = async (bytes: string): Promise<string> => {
  await using listener = await RawListener.open()
  await using run = runHere(['trace', '0', String(listener.port), '--json'])
  const [listening] = eventsIn(`${await run.line('"listening"')}\n`)
  await using client = await RawPeer.connect(Number(listening?.['port']))
  client.send(bytes).fin()
  const target = await listener.next()
  await target.expect(bytes)
  target.fin()
  await run.line('"close"')
  run.stop()
  return (await run.ended).out
}

/** The lines of a run that must have ended well. */
const rowsOf = ({ code, out, err }: Ended): string[] => {
  expect([code, err]).to.deep.equal([0, ''])
  return out.split('\n')
}

describe('framewright trace --from', () => {
  it('draws what --json has printed before, as a ladder, as JSON or as a page', async () => {
    const folder = await temporaryFolder()
    try {
      const file = join(folder, 'run.jsonl')
      const out = await recordedOf('ff')
      await writeFile(file, out)
      await using drawn = runHere(['trace', '--from', file])
      expect(rowsOf(await drawn.ended).join('\n')).to.match(/#1 .* ff ─+▶ .* opening: yes\n/)
      await using again = runHere(['trace', '--from', file, '--json'])
      expect(rowsOf(await again.ended)).to.deep.equal(
        out.split('\n').filter((line) => !/"(listening|done)"/.test(line)),
      )
      await using piped = runHere(['trace', '--from', '-', '--json'])
      piped.type(out)
      piped.endInput()
      expect((await piped.ended).out).to.equal((await again.ended).out)
      const html = join(folder, 'run.html')
      await using page = runHere(['trace', '--from', file, '--html', html])
      expect(rowsOf(await page.ended)[0]).to.match(/^\d+ rows of .*run\.jsonl are drawn in .*run\.html$/)
      expect(await readFile(html, 'utf8')).to.match(/\d+ rows of 1 conversation in /)
    } finally {
      await removeFolder(folder)
    }
  })

  it('names the line that is no row, leaves the page that was there, and ends with 1', async () => {
    const folder = await temporaryFolder()
    try {
      const file = join(folder, 'run.jsonl')
      const html = join(folder, 'run.html')
      for (const [text, why] of [
        ['{"event":"done"}\n\n{"event":"open"}\n', 'line 3: conversation is no whole number below 2^32'],
        ['{"event":"done"}\nhello\n', 'line 2: it is no JSON'],
        ['[1', 'line 1: it is no JSON'],
        [`{"event":"done"${' '.repeat(200_000)}}\nhello`, 'line 2: it is no JSON'],
        [`{"event":"done"}\n${'['.repeat(2 ** 24 + 1)}`, 'line 2: it is too long'],
      ] as const) {
        await writeFile(file, text)
        await writeFile(html, 'the page of before')
        await using run = runHere(['trace', '--from', file, '--html', html])
        const { code, err } = await run.ended
        const wants = '"trace --from" wants what "trace --json" has printed'
        expect([code, err]).to.deep.equal([1, `framewright: ${file}, ${why}; ${wants}\n`])
        expect([await readFile(html, 'utf8'), await readdir(folder)]).to.deep.equal([
          'the page of before',
          ['run.html', 'run.jsonl'],
        ])
      }
      await using run = runHere(['trace', '--from', join(folder, 'none')])
      const { code, out, err } = await run.ended
      expect([code, out, err.includes('system: ENOENT')]).to.deep.equal([1, '', true])
    } finally {
      await removeFolder(folder)
    }
  })
})
