import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { eventsIn, runHere } from '../support/cli.js'
import { itRefuses } from '../support/refusals.js'
import { RawListener, RawPeer } from '../support/rawPeer.js'
import { removeFolder, temporaryFolder } from '../support/temporaryFolder.js'

describe('framewright replay', () => {
  let folder: string

  beforeEach(async () => {
    folder = await temporaryFolder()
  })
  afterEach(() => removeFolder(folder))

  /** What a client and a server say to each other, recorded by `framewright trace`. */
  const recorded = async (how: readonly string[]): Promise<string> => {
    await using listener = await RawListener.open()
    await using run = runHere(['trace', '0', String(listener.port), '--json', ...how])
    const port = Number(eventsIn(`${await run.line('listening')}\n`)[0]?.['port'])
    await using client = await RawPeer.connect(port)
    const target = await listener.next()
    client.send('ff 00000064')
    await target.expect('ff 00000064')
    target.send('ff ff')
    await client.expect('ff ff')
    client.send('61'.repeat(100)).fin()
    await target.expect('61'.repeat(100))
    await target.ended
    target.fin()
    await client.ended
    await run.line('"event":"close"')
    run.stop()
    return (await run.ended).out
  }

  it('plays a capture against a server, and says that nothing differs', async () => {
    const file = join(folder, 'run.pcapng')
    await recorded(['--pcap', file])
    await using listener = await RawListener.open()
    await using run = runHere(['replay', file, String(listener.port)])
    const server = await listener.next()
    await server.expect('ff 00000064')
    await server.send('ff ff').expect('61'.repeat(100))
    await server.ended
    server.fin()
    const { code, out, err } = await run.ended
    expect([code, err]).to.deep.equal([0, ''])
    const lines = out.split('\n')
    expect(lines[0]).to.match(/^conversation 1 of 2, 127\.0\.0\.1:\d+ to 127\.0\.0\.1:\d+, as the opener: \d steps$/)
    expect(lines[1]).to.match(/^said 105 B, heard 2 B in .*: nothing differs$/)
  })

  it('plays the rows of a trace against a client, shows what differs, and ends with 1', async () => {
    const file = join(folder, 'run.jsonl')
    await writeFile(file, await recorded(['--bytes']))
    await using run = runHere(['replay', '-', '--listen', '0', '--json'])
    run.type(await readFile(file, 'utf8'))
    run.endInput()
    const port = Number(eventsIn(`${await run.line('listening')}\n`)[0]?.['port'])
    await using client = await RawPeer.connect(port)
    await client.send('ff 00000065').expect('ff ff')
    client.send('62'.repeat(100)).fin()
    await client.ended
    const { code, out, err } = await run.ended
    expect(code).to.equal(1)
    expect(err).to.match(
      /^framewright: the other end did not do what the recording says \(differences: \d, offset: 4\) \[REPLAY_DIFFERS\]/,
    )
    const events = eventsIn(out)
    expect(events.map(({ event }) => event).filter((event) => event !== 'difference')).to.deep.equal([
      ...['conversation', 'listening', 'done'],
    ])
    expect(events[0]).to.include({ conversation: 1, conversations: 1, role: 'acceptor' })
    const [first] = events.filter(({ event }) => event === 'difference')
    expect(first).to.include({ kind: 'bytes', offset: 4, expectedMeaning: 'length 100', gotMeaning: 'length 101' })
    expect(first?.['expected']).to.match(/^64616161/)
    expect(first?.['words']).to.match(/^at byte 4, \d+ bytes: recorded 6461/)
    expect(events.at(-1)).to.include({ event: 'done', sentBytes: 2, receivedBytes: 105 })
  })

  it('ends with 1 and one line when the file is no recording, or has not all bytes', async () => {
    const file = join(folder, 'run.jsonl')
    await writeFile(file, await recorded([]))
    for (const [path, words] of [
      [file, 'not all bytes are there; record with --bytes, line: '],
      [join(folder, 'nothing'), '[FILE_FAILED]'],
    ] as const) {
      await using run = runHere(['replay', path, '1'])
      const { code, err } = await run.ended
      expect(code).to.equal(1)
      expect(err).to.include(words)
      expect(err.trimEnd()).not.to.include('\n')
    }
  })

  it('stops when it is told to', async () => {
    const file = join(folder, 'run.pcapng')
    await recorded(['--pcap', file])
    await using run = runHere(['replay', file, '--listen', '0'])
    await run.line('listening on 127.0.0.1:')
    run.stop()
    expect((await run.ended).code).to.equal(1)
  })

  itRefuses([
    [['replay'], 'FILE is missing'],
    [['replay', 'x'], 'either ADDRESS or --listen is wanted'],
    [['replay', 'x', '1', '--listen', '2'], 'either ADDRESS or --listen is wanted'],
    [['replay', 'x', '1', '--pace', 'slow'], '--pace wants one of fast, recorded'],
    [['replay', 'x', '1', '--framing', 'smoke'], '--framing wants one of handshake'],
    [['replay', '/dev/null', '1'], 'there is no conversation 1 in /dev/null; it has 0 conversations'],
  ])
})
