import { expect } from 'chai'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ProgressLine } from '@/cli/bench/progressLine.js'
import { QUESTIONS } from '../../benchmarks/questions.js'
import { runHere } from '../support/cli.js'
import { removeFolder, temporaryFolder } from '../support/temporaryFolder.js'

describe('framewright bench', function () {
  this.timeout(60_000)

  it('lists every question, what it asks and how long it takes, and measures nothing', async () => {
    const { code, out } = await runHere(['bench', '--list']).ended
    expect(code).to.equal(0)
    expect(out.trimEnd().split('\n')).to.have.lengthOf(QUESTIONS.length)
    for (const { name, asks } of QUESTIONS) expect(out).to.contain(name).and.to.contain(asks)
  })

  it('prints where it was measured and the answer, and keeps environment and raw samples where --json says', async () => {
    const folder = await temporaryFolder()
    try {
      const file = join(folder, 'run.json')
      const { code, out, err } = await runHere(['bench', 'dispatch', '--trial', '--json', file]).ended
      expect([code, err]).to.deep.equal([0, ''])
      expect(out).to.match(/^Node v\d+.*\n\ndispatch: Does finding/)
      const report: unknown = JSON.parse(await readFile(file, 'utf8'))
      expect(report).to.include({ pace: 'trial' })
      expect(report).to.have.nested.property('answers[0].question', 'dispatch')
      expect(report).to.have.nested.property('answers[0].answer.figures[0].samples').that.is.an('array')
      expect(report).to.have.nested.property('environment.packages').with.all.keys('framewright', 'benchmark')
    } finally {
      await removeFolder(folder)
    }
  })

  it('shows on a terminal what it does, and takes that away before an answer', async () => {
    const { err } = await runHere(['bench', 'dispatch', '--trial'], { terminal: true }).ended
    expect(err).to.equal('\r\u001B[Kdispatch: begins, about 1 s left\r\u001B[K')
  })

  const WRONG: readonly (readonly [args: readonly string[], line: string])[] = [
    [['dispach'], 'there is no question "dispach"; did you mean "dispatch"?'],
    [['xyz'], 'there is no question "xyz"; see framewright bench --list'],
    [['--quick', '--trial'], 'choose one of --quick and --trial; see framewright bench --help'],
    [
      ['strict64', '--sizes', '1K'],
      '--sizes means nothing to the question "strict64"; it does to rate, latency, load, footprint',
    ],
    [['rate', '--over', 'udp'], '--over wants one of tcp, unix, tls, not "udp"; see framewright bench --help'],
    [
      ['rate', '--sizes', '1K,1G'],
      '--sizes wants a number of bytes from 0 to 67108864, not "1G"; such as 500, 64K or 8M',
    ],
    [['--nonsense'], 'unknown option --nonsense; see framewright bench --help'],
  ]
  for (const [args, line] of WRONG) {
    it(`exits with 2 at "bench ${args.join(' ')}"`, async () => {
      expect(await runHere(['bench', ...args]).ended).to.deep.equal({ code: 2, out: '', err: `framewright: ${line}\n` })
    })
  }

  it('compares a contender of the own from one file, over what carrier is wished', async () => {
    const args = ['--contender', 'benchmarks/example/netstrings.mjs', '--only', 'bare net', '--sizes', '0,1K']
    const { code, out, err } = await runHere(['bench', 'rate', '--trial', ...args, '--over', 'unix']).ended
    expect([code, err]).to.deep.equal([0, ''])
    expect(out).to.match(/rate, messages\/s +0 B +1 KiB\n +netstrings +[\d.]+.*\n +bare net +[\d.]+/)
  })

  it('exits with 2 when a file cannot be loaded, or has no contender in it', async () => {
    const ended = await runHere(['bench', '--contender', 'no/such.js']).ended
    expect(ended).to.include({ code: 2, out: '' })
    expect(ended.err).to.match(
      /^framewright: no\/such\.js cannot be used: Cannot find module .*; name a file that Node/,
    )
    const { err } = await runHere(['bench', '--contender', 'spec/support/reporter.cjs']).ended
    expect(err).to.match(/exports no contender: an object with a name and attach\(\), or serve\(\) and connect\(\);/)
  })

  it('exits with 1 when there is no contender of that name', async () => {
    const { code, err } = await runHere(['bench', 'rate', '--trial', '--only', 'wss']).ended
    expect(code).to.equal(1)
    expect(err).to.match(/^framewright: rate failed: there is no contender "wss"; there are "bare net", /)
  })

  it('exits with 1 when it is stopped before it was done', async () => {
    await using run = runHere(['bench', 'idle', '--quick'])
    await run.line('Node')
    run.stop()
    expect(await run.ended).to.include({ code: 1, err: 'framewright: stopped before it was done\n' })
  })
})

describe('the line of progress', () => {
  const parts = [
    { name: 'one', seconds: 10 },
    { name: 'two', seconds: 100 },
    { name: 'three', seconds: 50 },
  ]
  const shown = (steps: readonly (readonly [atMs: number, name: string])[]): string => {
    let nowMs = 0
    let last = ''
    const line = new ProgressLine({ isTTY: true, columns: 60, write: (text) => (last = text) }, parts, () => nowMs)
    for (const [atMs, name] of steps) {
      nowMs = atMs
      line.update(name, 'round 1 of 5')
    }
    return last
  }

  it('says how long all that lies ahead takes, at the pace of what is done', () => {
    expect(shown([[0, 'one']])).to.equal('\r\u001B[Kone: round 1 of 5, about 2 min 40 s left')
    const steps = [
      [0, 'one'],
      [20_000, 'two'],
    ] as const
    expect(shown(steps), 'half as fast').to.equal('\r\u001B[Ktwo: round 1 of 5, about 5 min left')
    expect(shown([...steps, [290_000, 'two']]), 'longer than thought').to.contain('about 1 min 40 s left')
  })

  it('is silent where there is no terminal', () => {
    let text = ''
    const line = new ProgressLine({ write: (more) => (text += more) }, parts)
    line.update('one', 'round 1 of 5')
    line.clear()
    expect(text).to.equal('')
  })
})
