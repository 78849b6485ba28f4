import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Ended, eventsIn, runHere } from '../support/cli.js'
import { removeFolder, temporaryFolder } from '../support/temporaryFolder.js'
import { RawListener, RawPeer } from '../support/rawPeer.js'
import { HAS_TSHARK, tshark } from '../support/tshark.js'

/** The port behind the last colon of "listening on HOST:PORT, for ...". */
const portIn = (line: string): number => Number(/:(\d+), for/.exec(line)?.[1])

/** A trace between a raw peer that has connected to it, and a raw listener. */
const traced = async (args: readonly string[]) => {
  const listener = await RawListener.open()
  const run = runHere(['trace', '0', String(listener.port), ...args])
  const line = await run.line('listening')
  const port = line.startsWith('{') ? Number(eventsIn(`${line}\n`)[0]?.['port']) : portIn(line)
  const client = await RawPeer.connect(port)
  const target = await listener.next()
  return {
    run,
    client,
    target,
    /** Stops the trace, and does not let it wait for ends that do not end. */
    stop: () => {
      run.stop()
      client.socket.destroy()
      target.socket.destroy()
      return run.ended
    },
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]()
      await listener[Symbol.asyncDispose]()
      await run[Symbol.asyncDispose]()
    },
  }
}

/** The lines of a run that must have ended well. */
const linesOf = ({ code, out, err }: Ended): string[] => {
  expect([code, err]).to.deep.equal([0, ''])
  return out.split('\n')
}

describe('framewright trace', () => {
  it('draws what two ends say, decoded, with times, and what was said in all', async () => {
    await using ends = await traced([])
    ends.client.send('ff 00000005')
    await ends.target.expect('ff 00000005')
    ends.target.send('ffff')
    await ends.client.expect('ffff')
    ends.client.send('68656c6c6f').fin()
    await ends.target.ended
    ends.target.fin()
    await ends.client.ended
    await ends.run.line('over: in good order')
    const lines = linesOf(await ends.stop())
    const drawn = lines.map((line) => line.replaceAll(/\d+\.\d\d/g, 'T').replaceAll(/ +/g, ' '))
    expect(drawn.slice(1, 4)).to.deep.equal(['', ' opener acceptor', ' ms ms'])
    expect(drawn[4]).to.match(/^ #1 T \* 127\.0\.0\.1:\d+ to 127\.0\.0\.1:\d+, handshake$/)
    expect(drawn.slice(5)).to.deep.equal([
      ' #1 T ff 00 00 00 05 ────────────────────▶ T opening: yes; length 5',
      ' #1 T ◀───────────────────────────── ff ff T opening: yes; yes',
      ' #1 T 68 65 6c 6c 6f ────────────────────▶ T payload, 5 bytes "hello"',
      ' #1 T FIN ───────────────────────────────▶ T the end of the stream',
      ' #1 T ◀─────────────────────────────── FIN T the end of the stream',
      ' #1 T * over: in good order',
      '1 conversation: 10 B up, 2 B down, 0 faults',
      '',
    ])
  })

  for (const who of ['client', 'target'] as const) {
    it(`says that a conversation was reset, and that the ${who} did it`, async () => {
      await using ends = await traced(['--framing', 'raw'])
      ends.client.send('61')
      await ends.target.expect('61')
      ends[who].socket.resetAndDestroy()
      await ends[who === 'client' ? 'target' : 'client'].ended
      const by = who === 'client' ? 'opener' : 'acceptor'
      expect(await ends.run.line('over: ')).to.include(`over: the connection was reset (by: ${by}) [CONNECTION_RESET]`)
      linesOf(await ends.stop())
    })
  }

  it('makes things go wrong, says so, and does it again for the same seed', async () => {
    const pieces = async (): Promise<unknown[]> => {
      await using ends = await traced([
        '--json',
        '--seed',
        '42',
        '--fault',
        'slice:1..7/up',
        '--fault',
        'corrupt:00@10/up',
      ])
      ends.client.send(`ff ${'00000008 6161616161616161'.repeat(4)}`)
      await ends.target.read(49)
      const { code, out } = await ends.stop()
      const events = eventsIn(out)
      expect(code).to.equal(0)
      expect(events[0]).to.include({ event: 'listening', seed: 42 })
      expect(events[0]?.['faults']).to.deep.equal(['slice:1..7/up', 'corrupt:00@10/up'])
      const [note] = events.filter(({ event }) => event === 'note')
      expect(note).to.include({ at: 'between', about: 'fault', words: 'corrupt:00@10/up turns 61 into 00' })
      expect(events.at(-1)).to.deep.equal({ event: 'done', conversations: 1, upBytes: 49, downBytes: 0, faults: 1 })
      const said = events.filter(({ event, what }) => event === 'said' && what === 'bytes')
      expect(said.map(({ hex }) => hex).join('')).to.match(/^ff000000086161616161006161/)
      return said.map(({ bytes }) => bytes)
    }
    const first = await pieces()
    expect(first.length).to.be.above(8)
    expect(await pieces()).to.deep.equal(first)
  })

  it('--live has other faults work from each line typed on, also on connections that are there', async () => {
    await using ends = await traced([
      '--live',
      '--json',
      '--seed',
      '1',
      '--framing',
      'raw',
      '--fault',
      'corrupt:00@1/up',
    ])
    ends.client.send('616161')
    await ends.target.expect('610061')
    ends.run.type('corrupt:ff@0/up corrupt:ee@1/up\n')
    await ends.run.line('"faults":["corrupt:ff/up","corrupt:ee@1/up"]}')
    ends.client.send('626262')
    await ends.target.expect('ffee62')
    ends.run.type('smoke:3\n')
    expect(await ends.run.errorLine('smoke')).to.match(/^framewright: --fault "smoke:3": .*write /)
    ends.run.type('stall:5@2f\n')
    expect(await ends.run.errorLine(/^framewright: stall:5@2f: /)).to.match(/; choose another --framing$/)
    ends.run.type('\n')
    await ends.run.line('"event":"faults","faults":[]}')
    // The end of what is typed ends nothing.
    ends.run.endInput()
    ends.client.send('636363')
    await ends.target.expect('636363')
    const { code, out } = await ends.stop()
    expect(code).to.equal(0)
    expect(eventsIn(out).at(-1)).to.include({ event: 'done', faults: 3 })
  })

  it('--framing reads other protocols along, and raw shows the bytes of any', async () => {
    for (const [framing, words] of [
      ['line', 'line, 2 bytes; end of a line of 2 bytes  "hi·"'],
      ['pnet', 'network "hi", which is the last section  "hi·"'],
      ['raw', '3 bytes  "hi·"'],
    ] as const) {
      await using ends = await traced(['--framing', framing])
      ends.client.send('68690a')
      await ends.target.expect('68690a')
      await ends.run.line(words)
      linesOf(await ends.stop())
    }
  })

  it('--pcap writes a capture of both connections', async () => {
    const folder = await temporaryFolder()
    try {
      const file = join(folder, 'trace.pcapng')
      await using ends = await traced(['--framing', 'line', '--pcap', file])
      ends.client.send('68690a')
      await ends.target.expect('68690a')
      await ends.run.line('line, 2 bytes')
      const bytes = await readFile(file)
      expect(bytes.subarray(0, 4).toString('hex')).to.equal('0a0d0d0a')
      expect(bytes.toString('latin1').split('line, 2 bytes; end of a line').length).to.equal(3)
      linesOf(await ends.stop())
      if (HAS_TSHARK)
        expect(await tshark(file, ['tcp.stream', 'tcp.payload'], 'tcp.len > 0')).to.deep.equal([
          ['0', '68690a'],
          ['1', '68690a'],
        ])
    } finally {
      await removeFolder(folder)
    }
  })

  it('ends with 1 and one line when the capture cannot be written', async () => {
    await using run = runHere(['trace', '0', '1', '--pcap', '/nowhere/at/all.pcapng'])
    const { code, err } = await run.ended
    expect([code, err]).to.deep.equal([
      1,
      'framewright: a file could not be read or written (path: /nowhere/at/all.pcapng, system: ENOENT) [FILE_FAILED]\n',
    ])
  })

  it('ends with 1, too, when the capture cannot be written any more, where there is a /dev/full', async function () {
    if (!existsSync('/dev/full')) this.skip()
    await using run = runHere(['trace', '0', '1', '--pcap', '/dev/full'])
    const { code, err } = await run.ended
    expect([code, err.includes('(path: /dev/full, system: ENOSPC) [FILE_FAILED]')]).to.deep.equal([1, true])
  })

  it('--html writes a page of it all when it ends, the rows in it as data only', async () => {
    const folder = await temporaryFolder()
    try {
      const file = join(folder, 'trace.html')
      await using ends = await traced(['--framing', 'line', '--html', file, '--max-rows', '2'])
      ends.client.send(Buffer.from('</script><script>alert(1)</script>\n').toString('hex'))
      await ends.run.line('end of a line of 34 bytes')
      linesOf(await ends.stop())
      const text = await readFile(file, 'utf8')
      expect(text)
        .to.match(/^<!doctype html>/)
        .and.to.match(/Timeline of 127\.0\.0\.1:\d+, for 127\.0\.0\.1:\d+<\/title>/)
      expect(text).to.match(/2 rows of 1 conversation in [\d.,]+ ms\. \d+ rows? more (was|were) not kept\./)
      expect(text).not.to.include('alert(1)')
    } finally {
      await removeFolder(folder)
    }
  })

  it('says why a target cannot be reached, and waits for the next who connects', async () => {
    const listener = await RawListener.open()
    await listener[Symbol.asyncDispose]()
    await using run = runHere(['trace', '0', String(listener.port)])
    const port = portIn(await run.line('listening'))
    await using peer = await RawPeer.connect(port)
    await peer.ended
    await run.line(/over: nobody listens at that address .*\[CONNECT_REFUSED\]/)
    run.stop()
    expect(linesOf(await run.ended).at(-2)).to.equal('1 conversation: 0 B up, 0 B down, 0 faults')
  })
})
