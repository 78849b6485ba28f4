import { expect } from 'chai'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readReport } from '@/bench/index.js'
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
    [['compar', 'old.json'], 'there is no question "compar"; did you mean "bench compare"?'],
    [['dispatch', 'compar'], 'there is no question "compar"; see framewright bench --list'],
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
    [
      ['dispatch', '--json', 'run', '--html', 'run'],
      '--json and --html want files of their own; see framewright bench --help',
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

  /** What a run says that compares what a file of this content exports. */
  const complaint = async (name: string, content: string, about = '{}'): Promise<string> => {
    const folder = await temporaryFolder()
    try {
      const file = join(folder, name)
      await Promise.all([writeFile(file, content), writeFile(join(folder, 'package.json'), about)])
      const args = ['--contender', file, '--only', 'bare net', '--sizes', '64']
      const { code, err } = await runHere(['bench', 'latency', '--trial', ...args]).ended
      return `${code} ${err.replaceAll(file, name).trimEnd()}`
    } finally {
      await removeFolder(folder)
    }
  }

  const LINES =
    "(socket, received) { socket.on('data', (chunk) => { for (const line of chunk.toString().split(' ')) if (line) received(Buffer.from(line)) })\n return { send: (message) => { socket.write(message + ' ') } } }"

  it('takes a contender in TypeScript where Node does, and says in one line what to do where it does not', async () => {
    const text = `export const mine: { name: string } = { name: 'mine', attach${LINES} }`
    expect(await complaint('mine.ts', text, '{ "type": "module" }')).to.be.oneOf([
      '0 ',
      '2 framewright: mine.ts cannot be used: Unknown file extension ".ts" for mine.ts; TypeScript wants Node 22.18 or later, or to be compiled first',
    ])
  })

  /** From the sources, modules are loaded by one who understands both. */
  const FROM_SOURCES = import.meta.url.endsWith('.ts')

  it('takes a contender in CommonJS, and says what to do with one that only seems to be in it', async () => {
    const about = '{ "type": "commonjs" }'
    expect(await complaint('mine.js', `module.exports = { name: 'mine', attach${LINES} }`, about)).to.equal('0 ')
    expect(await complaint('mine.js', `export const mine = { name: 'mine', attach${LINES} }`, about)).to.equal(
      FROM_SOURCES
        ? '0 '
        : `2 framewright: mine.js cannot be used: Unexpected token 'export'; its package.json says that it is CommonJS: call it .mjs, or say "type": "module" there`,
    )
  })

  it('takes a contender once that a module exports by its name and as the default', async () => {
    const text = `export const mine = { name: 'mine', attach${LINES} }\nexport default mine`
    expect(await complaint('mine.mjs', text)).to.equal('0 ')
  })

  const BAD: readonly (readonly [what: string, text: string, line: string])[] = [
    [
      'ends the process that loads it',
      'process.exit(0)',
      '2 framewright: mine.mjs cannot be used: its module: describe: its process ended (0); name a file that Node can import and that exports contenders; see framewright bench --help',
    ],
    [
      'ends its process later',
      `export const mine = { name: 'mine', attach: () => new Promise(() => setTimeout(() => process.exit(0), 50)) }`,
      '1 framewright: latency failed: mine: connect: its process ended (0)',
    ],
    [
      'gives nothing that sends',
      `export const mine = { name: 'mine', attach: () => ({}) }`,
      '1 framewright: latency failed: mine: connect: attach() must return an object with send(message)',
    ],
    [
      'gives texts instead of Buffers',
      `export const mine = { name: 'mine', attach(socket, received) { socket.on('data', (chunk) => received(String(chunk)))\n return { send: (message) => { socket.write(message) } } } }`,
      '1 framewright: latency failed: mine: arrived: received() was given something that is no Buffer',
    ],
  ]
  for (const [what, text, line] of BAD) {
    it(`fails, and says why, when a contender ${what}`, async () => {
      expect(await complaint('mine.mjs', text)).to.equal(line)
    })
  }

  const CLAIMS: readonly (readonly [fields: string, fault: string])[] = [
    ["name: 'mi\\nne', attach() {}", '"mi\\nne": a name has 1 to 60 letters'],
    ["name: 'mine', needs: 'ws', attach() {}", '"mine": needs is to be a list of names of packages'],
    ["name: 'mine', leastBytes: 'lots', attach() {}", '"mine": leastBytes is to be a number of bytes, 0 or more'],
    ["name: 'mine', carriers: ['udp'], attach() {}", '"mine": carriers is to be a list of some of tcp, unix, tls'],
    ["name: 'mine', attach: 5", '"mine": attach is to be a function'],
    ["name: 'mine', serve() {}, connect: 5", '"mine": connect is to be a function'],
  ]
  for (const [fields, fault] of CLAIMS) {
    it(`refuses a contender of { ${fields} }`, async () => {
      const said = await complaint('mine.mjs', `export const mine = { ${fields} }`)
      expect(said)
        .to.match(/^2 framewright: mine\.mjs cannot be used: /)
        .and.include(` a contender called ${fault}; `)
    })
  }

  it('exits with 1 before it measures when a file cannot be written, and leaves one as it was when the run fails', async () => {
    for (const none of ['', join('no', 'such', 'folder', 'run.json')])
      expect(await runHere(['bench', 'dispatch', '--trial', '--json', none]).ended).to.deep.include({
        code: 1,
        out: '',
      })
    const folder = await temporaryFolder()
    try {
      expect(await runHere(['bench', 'dispatch', '--trial', '--html', folder]).ended).to.deep.include({
        code: 1,
        out: '',
      })
      const file = join(folder, 'run.json')
      await writeFile(file, 'as before')
      const failing = join(folder, 'failing.mjs')
      await writeFile(failing, "export const mine = { name: 'mine', attach: () => ({}) }")
      const args = ['--trial', '--contender', failing, '--only', 'bare net', '--json', file]
      const { code } = await runHere(['bench', 'latency', ...args]).ended
      expect(code).to.equal(1)
      await rm(failing)
      expect(await readdir(folder)).to.deep.equal(['run.json'])
      expect(await readFile(file, 'utf8')).to.equal('as before')
    } finally {
      await removeFolder(folder)
    }
  })

  it('reckons with the sizes, contenders and seconds that are wished', () => {
    const question = QUESTIONS.find(({ name }) => name === 'rate')
    const whole = question?.secondsWith?.('quick', {}) ?? Number.NaN
    expect(whole).to.equal(question?.seconds.quick)
    expect(question?.secondsWith?.('quick', { only: ['ws'], sizes: [64] })).to.be.below(whole / 10)
    const longer = question?.secondsWith?.('quick', { only: ['ws'], sizes: [64], seconds: 60 })
    expect(longer).to.be.within(60, 150)
  })

  it('exits with 2 before it measures when there is no contender of that name, or two of one', async () => {
    for (const question of ['rate', 'connections', 'slowReader']) {
      const { code, err } = await runHere(['bench', question, '--trial', '--only', 'wss']).ended
      expect(code).to.equal(2)
      expect(err).to.match(RegExp(`^framewright: ${question}: there is no contender "wss"; there are "`))
    }
    const example = ['--contender', 'benchmarks/example/netstrings.mjs']
    const { code, err } = await runHere(['bench', '--trial', ...example, ...example]).ended
    expect(code).to.equal(2)
    expect(err).to.match(/^framewright: rate: two contenders are called "netstrings"/)
  })

  it('lists what would be asked, and refuses what would be refused', async () => {
    const listed = async (...args: string[]): Promise<string[]> => {
      const { out } = await runHere(['bench', '--list', ...args]).ended
      return out
        .trim()
        .split('\n')
        .map((line) => line.trim().split(' ', 1)[0] ?? '')
    }
    expect(await listed('slowReader', 'rate')).to.deep.equal(['rate', 'slowReader'])
    expect(await listed('--rate', '100')).to.deep.equal(['load'])
    expect(await listed('--only', 'frame-stream')).to.deep.equal(['rate', 'latency', 'load', 'footprint'])
    for (const args of [['nosuch'], ['--sizes', 'abc'], ['--only', 'wss'], ['--json', 'run.json']])
      expect((await runHere(['bench', '--list', ...args]).ended).code, args.join(' ')).to.equal(2)
  })

  it('keeps what was answered before it is stopped', async () => {
    const folder = await temporaryFolder()
    try {
      const file = join(folder, 'run.json')
      await using run = runHere(['bench', 'codecs', 'pnet', '--trial', '--json', file])
      await run.line('codecs:')
      run.stop()
      expect((await run.ended).code).to.equal(1)
      const { answers } = readReport(await readFile(file, 'utf8'))
      expect(answers.map(({ question }) => question)).to.deep.equal(['codecs'])
    } finally {
      await removeFolder(folder)
    }
  })

  it('exits with 1 when it is stopped before it was done', async () => {
    await using run = runHere(['bench', 'idle', '--quick'])
    await run.line('Node')
    run.stop()
    expect(await run.ended).to.include({
      code: 1,
      err: 'framewright: stopped before it was done, as it was told to [ABORTED]\n',
    })
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
