import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { exchangeOf, ladderOf } from '@/cli/tour/exchange.js'
import { oddPieces } from '@/cli/tour/oddPieces.js'
import { paintFor } from '@/cli/paint.js'
import { typedName } from '@/cli/typedName.js'
import type { WireRow } from '@/cli/tour/wireLog.js'
import { faultyStream } from '@/lab/index.js'
import { eventsIn, runHere, runProcess } from '../support/cli.js'
import { lcg32 } from '../support/lcg32.js'
import { portOf } from '../support/portOf.js'

describe('the tour', () => {
  it('--quick draws an exchange, compares every SHA-256, measures, and fits 80 columns', async () => {
    await using run = runProcess(['tour', '--quick'])
    const { code, out, err } = await run.ended
    expect([code, err]).to.deep.equal([0, ''])
    for (const words of [
      '00 00 00 05 ─',
      'length 5',
      '68 65 6c 6c 6f ─',
      '◀──────── 2c f2 4d ba 5f b0 a3 0e ..',
      'strict ',
      'pipelined ',
      'odd pieces ',
      'every SHA-256 the same',
      'bare socket ',
      'What to try next',
    ]) {
      expect(out).to.include(words)
    }
    for (const line of out.split('\n')) expect(line.length, line).to.be.at.most(80)
    expect(out).to.not.include('\u001b')
    // What it says to try works where it was said.
    const [executable = '', ...typed] = / {4}(node .+ --help)\n/.exec(out)?.[1]?.split(' ') ?? []
    const help = await promisify(execFile)(executable, typed)
    expect(help.stdout).to.include('framewright COMMAND --help')
  }).timeout(30_000)

  it('says what is typed for it: where it is installed, by npx, and in a clone', () => {
    const name = (program: string, environment = {}): string =>
      typedName({ self: ['/usr/bin/node', program], environment }, '/home/ada/clone')
    expect(name('/usr/local/bin/framewright')).to.equal('framewright')
    expect(name('/home/ada/x/node_modules/framewright/dist/cli/main.js')).to.equal('framewright')
    expect(name('/home/ada/x/node_modules/.bin/framewright', { npm_command: 'exec' })).to.equal('npx framewright')
    expect(name('/home/ada/clone/dist/cli/main.js', { npm_command: 'run-script' })).to.equal('node dist/cli/main.js')
  })

  it('--json says the same to programs', async () => {
    await using run = runHere(['tour', '--quick', '--json'])
    const { code, out, err } = await run.ended
    expect([code, err]).to.deep.equal([0, ''])
    const events = eventsIn(out)
    expect(events.map(({ event, name, ok }) => [event, name, ok])).to.deep.equal([
      ['exchange', undefined, undefined],
      ['leg', 'strict', true],
      ['leg', 'pipelined', true],
      ['leg', 'odd pieces', true],
      ['rates', undefined, undefined],
      ['done', undefined, true],
    ])
    expect(events.at(-1)).to.include({ wrong: 0, bytes: 3 * 66_053 })
  }).timeout(30_000)

  it('stops, and its other process with it, when it is told to', async () => {
    await using run = runHere(['tour', '--quick'])
    await run.line('This is the client')
    run.stop()
    expect((await run.ended).code).to.equal(1)
  }).timeout(30_000)

  it('finds for each write when its last byte was read at the other end, however it was cut', () => {
    const row = (atMs: number, how: 'wrote' | 'read', bytes: number, meaning = ''): WireRow => ({
      atMs,
      how,
      bytes,
      hex: '00'.repeat(bytes),
      meaning,
    })
    const client = [row(100, 'wrote', 1, 'a'), row(103, 'wrote', 4, 'b'), row(106, 'read', 1)]
    const server = [row(102, 'read', 3), row(104, 'read', 2), row(105, 'wrote', 1, 'c')]
    const exchange = exchangeOf(client, server)
    expect(exchange.map(({ meaning, leftMs, arrivedMs }) => [meaning, leftMs, arrivedMs])).to.deep.equal([
      ['a', 0, 2],
      ['b', 3, 4],
      ['c', 5, 6],
    ])
    const plain = paintFor({ write: () => true }, {})
    expect(ladderOf(exchange, plain).split('\n').slice(2)).to.deep.equal([
      '    0.00  00 ────────────────────────────────▶    2.00  a',
      '    3.00  00 00 00 00 ───────────────────────▶    4.00  b',
      '    6.00  ◀──────────────────────────────── 00    5.00  c',
      '',
    ])
  })

  it('paints on a terminal only, and not with NO_COLOR', () => {
    const painted = (isTTY: boolean, environment: Record<string, string>): string =>
      paintFor({ write: () => true, isTTY }, environment)('red', 'x')
    expect([painted(true, {}), painted(true, { NO_COLOR: '1' }), painted(false, {})]).to.deep.equal([
      '\u001b[31mx\u001b[39m',
      'x',
      'x',
    ])
  })

  it('takes and gives odd pieces, and every byte of them', async () => {
    const bytes = Buffer.from(lcg32(5, 300_000))
    const listener = createServer((socket) => socket.pipe(socket))
    listener.listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const socket = connect({ port: portOf(listener), host: '127.0.0.1', allowHalfOpen: true })
    const { stream, relay } = faultyStream(socket, 'opener', { faults: [oddPieces] })
    stream.end(bytes)
    const pieces: Buffer[] = []
    for await (const piece of stream) if (piece instanceof Buffer) pieces.push(piece)
    expect(Buffer.concat(pieces).equals(bytes)).to.equal(true)
    expect(pieces.slice(0, 4).map(({ length }) => length)).to.deep.equal([1, 2, 3, 4])
    expect(socket.bytesWritten).to.equal(300_000)
    await relay.over
    await new Promise((resolve) => listener.close(resolve))
  })
})
