import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { EXPERIMENTS } from '@/lab/index.js'
import { eventsIn, runHere } from '../support/cli.js'
import { itRefuses } from '../support/refusals.js'
import { removeFolder, temporaryFolder } from '../support/temporaryFolder.js'

describe('framewright lab', () => {
  it('list names every experiment with its question', async () => {
    await using run = runHere(['lab', 'list'])
    const { code, out } = await run.ended
    expect(code).to.equal(0)
    for (const { name, question } of EXPERIMENTS) expect(out).to.include(`${name}\n    ${question}\n`)
  })

  it('list --json has one object a line', async () => {
    await using run = runHere(['lab', 'list', '--json'])
    const events = eventsIn((await run.ended).out)
    expect(events.map(({ event, name }) => [event, name])).to.deep.equal(
      EXPERIMENTS.map(({ name }) => ['experiment', name]),
    )
  })

  it('run shows what was foretold, what was measured, a picture, and what to do', async () => {
    await using run = runHere(['lab', 'run', 'many-reads', '--quick'])
    const { code, out, err } = await run.ended
    expect([code, err]).to.deep.equal([0, ''])
    expect(out).to.match(/predicted 16 to 192 reads, measured \d+ reads: /)
    expect(out).to.match(/read 1 +█/)
    expect(out).to.include('In your own program')
    expect(out).not.to.include('\u001b')
  })

  it('run --json is one object', async () => {
    await using run = runHere(['lab', 'run', 'many-reads', '--quick', '--json'])
    const [event, ...others] = eventsIn((await run.ended).out)
    expect(others).to.deep.equal([])
    expect(event).to.include({ event: 'experiment', name: 'many-reads' })
    expect(event?.['findings']).to.be.an('array').with.lengthOf(3)
  })

  it('run --html writes a page, too', async () => {
    const folder = await temporaryFolder()
    try {
      const file = join(folder, 'run.html')
      await using run = runHere(['lab', 'run', 'many-reads', '--quick', '--html', file])
      expect((await run.ended).code).to.equal(0)
      const page = await readFile(file, 'utf8')
      expect(page).to.match(/^<!doctype html>/)
      expect(page).to.include('In your own program').and.to.include(process.version)
    } finally {
      await removeFolder(folder)
    }
  })

  it('run says at once that the page cannot be written, and runs nothing', async () => {
    await using run = runHere(['lab', 'run', 'many-reads', '--html', '/nowhere/at/all.html'])
    const { code, out, err } = await run.ended
    expect([code, out]).to.deep.equal([1, ''])
    expect(err).to.match(/\[FILE_FAILED\]\n$/)
  })

  it('run ends with 1 when it is stopped', async () => {
    await using run = runHere(['lab', 'run', 'nagle'])
    run.stop()
    const { code, err } = await run.ended
    expect(code).to.equal(1)
    expect(err).to.match(/\[ABORTED\]\n$/)
  })

  it('all runs one after the other, and ends with 1 when it is stopped in between', async () => {
    await using run = runHere(['lab', 'all', '--quick', '--json'])
    const first = await run.line('"event":"experiment"')
    run.stop()
    const { code, err } = await run.ended
    expect(eventsIn(`${first}\n`)[0]).to.include({ name: EXPERIMENTS[0]?.name })
    expect(code).to.equal(1)
    expect(err).to.match(/\[ABORTED\]\n$/)
  })

  itRefuses([
    [['lab', 'run'], 'NAME is missing'],
    [['lab', 'run', 'nagl'], 'there is no experiment "nagl"; did you mean "nagle"?'],
    [['lab', 'run', 'smoke-and-mirrors'], 'see framewright lab list'],
    [['lab'], '"lab" is not a whole command'],
  ])

  it('dissector writes a Lua script for the known ports and those it is told', async () => {
    await using run = runHere(['lab', 'dissector', '--port', '4000=handshake', '--port', '3333=line'])
    const { code, out, err } = await run.ended
    expect([code, err]).to.deep.equal([0, ''])
    expect(out).to.include('local ports = { [3333] = "line", [4000] = "handshake", [4702] = "pyile", [57001] = "stp" }')
    expect(out).to.match(/^-- Framewright: .*\n/)
  })

  for (const [port, words] of [
    ['4000', '--port wants PORT=NAME, not "4000"; such as 4000=handshake'],
    ['0=line', '--port wants a whole number from 1 to 65535, not "0"'],
    ['4000=smoke', '--port wants one of handshake, length, line'],
  ] as const) {
    it(`dissector --port ${port}: exit code 2, and "${words}"`, async () => {
      await using run = runHere(['lab', 'dissector', '--port', port])
      const { code, err } = await run.ended
      expect(code).to.equal(2)
      expect(err).to.include(words)
    })
  }
})
