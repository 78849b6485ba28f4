import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { pnetCall } from '@/cli/pnet/call.js'
import { eventsIn, type Running, runHere, runProcess } from '../support/cli.js'
import { lcg32 } from '../support/lcg32.js'
import { pnetPort } from '../support/pnetPort.js'
import { ALICE, BOB, NETWORK_KEY } from '../support/pnetRecordings.js'
import { removeFolder, temporaryFolder } from '../support/temporaryFolder.js'

const MODULE = `
import { createHash } from 'node:crypto'
export const add = (x, y) => x + y
export const named = (...args) => args
export const fails = () => { throw new Error('a secret') }
export const streams = {
  sha256: async (_call, input) => {
    const hash = createHash('sha256')
    for await (const piece of input) hash.update(piece)
    return hash.digest('hex')
  },
  echo: (_call, input) => input,
  breaks: async function* () { yield Buffer.alloc(1); throw new Error('on purpose') },
}
`

describe('pnet serve, call and peers', () => {
  let folder = ''
  let port = ''
  let common: readonly string[] = []
  beforeEach(async () => {
    folder = await temporaryFolder()
    port = String(pnetPort())
    common = ['--advertise-port', port, '--network-key', join(folder, 'network.txt')]
    await writeFile(join(folder, 'network.txt'), `${NETWORK_KEY.exportText().toString()}\n`)
    await writeFile(join(folder, 'ada.pem'), BOB.exportPem())
    await writeFile(join(folder, 'caller.pem'), ALICE.exportPem())
    await writeFile(join(folder, 'functions.mjs'), MODULE)
    await mkdir(join(folder, 'shared', 'deeper'), { recursive: true })
    await writeFile(join(folder, 'shared', 'a.bin'), lcg32(3, 70_000))
  })
  afterEach(() => removeFolder(folder))

  const serving = async (name: string, ...more: string[]): Promise<Running> => {
    const key = ['--key', join(folder, 'ada.pem')]
    const running = runHere([
      'pnet',
      'serve',
      '0',
      '--name',
      name,
      '--interval',
      '100',
      '--json',
      ...key,
      ...common,
      ...more,
    ])
    await running.line('"listening"')
    return running
  }
  const call = (...args: string[]) =>
    runHere(['pnet', 'call', ...args, '--key', join(folder, 'caller.pem'), ...common]).ended

  it('call has no example that looks for peers in less time than they take to tell of themselves', () => {
    const waits = pnetCall.examples.map(([line]) => / --wait (\d+)/.exec(line)?.[1] ?? '10000')
    for (const wait of waits) expect(Number(wait)).to.be.above(2_500)
  })

  it('serve ends when it is told to, whatever its module has left running', async () => {
    const path = join(folder, 'ticking.mjs')
    await writeFile(path, 'setInterval(() => {}, 1_000)\nexport const tick = () => 1\n')
    await using server = runProcess(['pnet', 'serve', '0', '--name', 'ada', '--module', path, ...common])
    await server.line('serves on')
    server.stop('SIGINT')
    const { code, out, err } = await server.ended
    expect([code, err, out.split('\n').at(-2)]).to.deep.equal([0, '', 'stopped'])
  }).timeout(15_000)

  it('call functions of a module, with arguments of all kinds, and tell what failed', async () => {
    await using server = await serving('ada', '--module', join(folder, 'functions.mjs'))
    expect(await call('ada', 'add', '1', '2')).to.deep.equal({ code: 0, out: '3\n', err: '' })
    const kinds = await call('ada', 'named', 'text', '{"a":[null]}', '--named', '{"k": true}', '--json')
    expect(eventsIn(kinds.out)).to.deep.equal([
      { event: 'result', peer: 'ada', value: ['text', { a: [null] }, { k: true }] },
    ])
    const failed = await call('ada', 'fails')
    expect([failed.code, failed.out]).to.deep.equal([1, ''])
    expect(failed.err).to.match(/^framewright: ada: .*function failed.* \[CALL_FAILED\]\n$/)
    // Exact, although JSON.parse would round it.
    expect((await call('ada', 'named', '9007199254740993')).out).to.equal('[{"$int":"9007199254740993"}]\n')
    const key = ['--key', join(folder, 'caller.pem')]
    const negative = await runHere(['pnet', 'call', 'ada', 'add', ...key, ...common, '--', '1', '-2']).ended
    expect(negative.out).to.equal('-1\n')
    const everybody = await call('*', 'get_funcs', '--json', '--wait', '1000')
    const [listed] = eventsIn(everybody.out)
    expect(listed?.['value']).to.deep.equal(['get_peers', 'get_funcs', 'add', 'fails', 'named'])
    server.stop()
    const ended = await server.ended
    expect([ended.code, ended.err]).to.deep.equal([0, ''])
    const events = eventsIn(ended.out)
    expect(events.map(({ event }) => event)).to.include.members(['listening', 'called', 'stopped'])
    // Once, and not again as a request that failed.
    expect(ended.out.split('a secret')).to.have.length(2)
    expect(events.find(({ error }) => error !== null && error !== undefined)).to.include({
      function: 'fails',
      error: 'a secret',
    })
  }).timeout(20_000)

  it('stream files in and out, and give no file that the folder does not name', async () => {
    await using server = await serving(
      'ada',
      '--module',
      join(folder, 'functions.mjs'),
      '--files',
      join(folder, 'shared'),
    )
    const sha256 = createHash('sha256').update(lcg32(3, 70_000)).digest('hex')
    const file = join(folder, 'shared', 'a.bin')
    expect((await call('ada', 'sha256', '--file', file)).out).to.equal(`"${sha256}"\n`)
    const piped = runHere([
      ...['pnet', 'call', 'ada', 'sha256', '--file', '-', '--key', join(folder, 'caller.pem')],
      ...common,
    ])
    piped.type('abc')
    piped.endInput()
    expect((await piped.ended).out).to.equal(`"${createHash('sha256').update('abc').digest('hex')}"\n`)
    const out = join(folder, 'out.bin')
    const got = await call('ada', 'read_file', '--stream', 'a.bin', '--out', out, '--json')
    expect(eventsIn(got.out)).to.deep.equal([{ event: 'result', peer: 'ada', bytes: 70_000, sha256 }])
    expect((await readFile(out)).equals(await readFile(file))).to.equal(true)
    expect((await call('ada', 'list_files')).out).to.equal('["a.bin"]\n')
    // To all: with its name before what came of it, though there is one.
    const all = await call('*', 'read_file', '--stream', 'a.bin', '--wait', '1000')
    expect(all.out).to.equal(`ada: 68.4 KiB, sha256 ${sha256}\n`)
    // What was not whole is not there, and what was there before is.
    await writeFile(out, 'as before')
    expect((await call('ada', 'breaks', '--stream', '', '--out', out)).code).to.equal(1)
    expect(await readFile(out, 'utf8')).to.equal('as before')
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).to.deep.equal([])
    const nowhere = await call('ada', 'echo', '--stream', 'x', '--out', join(folder, 'none', 'x'))
    expect([nowhere.code, /system: ENOENT\) \[FILE_FAILED\]\n$/.test(nowhere.err)]).to.deep.equal([1, true])
    for (const name of ['../ada.pem', 'deeper', '', join(folder, 'ada.pem')]) {
      const refused = await call('ada', 'read_file', '--stream', name)
      expect([refused.code, refused.err.includes('there is no such file')], name).to.deep.equal([1, true])
    }
    server.stop()
    expect((await server.ended).code).to.equal(0)
  }).timeout(20_000)

  it('list who is there, and only those of the same network key', async () => {
    await using server = await serving('ada')
    const { code, out } = await runHere(['pnet', 'peers', '--wait', '1000', '--json', ...common]).ended
    const events = eventsIn(out)
    expect(code).to.equal(0)
    expect(events[0]).to.include({ event: 'peer', name: 'ada', host: '127.0.0.1', bits: 512 })
    expect(events.slice(1)).to.deep.equal([{ event: 'done', peers: 1 }])
    await using watching = runHere(['pnet', 'peers', '--wait', '0', ...common])
    await watching.line(/^ada at 127\.0\.0\.1:\d+, a key of 512 bits$/)
    watching.stop()
    expect((await watching.ended).out).to.match(/\n1 peer\n$/)
    const others = await runHere(['pnet', 'peers', '--wait', '100', '--advertise-port', port]).ended
    expect(others.out).to.equal('0 peers\n')
    server.stop()
  }).timeout(20_000)

  it('work as processes of their own, over the handshake framing too, and end at SIGINT', async () => {
    const framing = ['--framing', 'handshake']
    await using server = runProcess([
      'pnet',
      'serve',
      '0',
      '--name',
      'ada',
      '--interval',
      '100',
      '--key',
      join(folder, 'new.pem'),
      ...framing,
      ...common,
    ])
    await server.line(/^ada serves on 127\.0\.0\.1:\d+$/)
    expect(await readFile(join(folder, 'new.pem'), 'utf8')).to.match(/^-----BEGIN RSA PRIVATE KEY-----/)
    await using caller = runProcess(['pnet', 'call', 'ada', 'get_funcs', ...framing, ...common])
    const { code, out, err } = await caller.ended
    expect([code, out, err]).to.deep.equal([0, '["get_peers","get_funcs"]\n', ''])
    server.stop('SIGINT')
    expect((await server.ended).code).to.equal(0)
  }).timeout(30_000)

  it('exit with 1 when nobody is there, and with 2 when they are not understood', async () => {
    const nobody = await call('eve', 'add', '--wait', '100')
    expect([nobody.code, nobody.err]).to.deep.equal([
      1,
      'framewright: eve: no such peer is known (name: eve) [PEER_UNKNOWN]; is it there? see "framewright stp peers" or "pnet peers"; a longer --wait may help\n',
    ])
    const empty = await call('*', 'add', '--wait', '50')
    expect([empty.code, empty.err.includes('no peer is known')]).to.deep.equal([1, true])
    const wrong = [
      ['serve', '0'],
      ['call'],
      ['call', 'ada'],
      ['call', 'ada', 'f', '--named', '[1]'],
      ['call', 'ada,', 'f'],
      ['call', '', 'f'],
      ['call', 'ada', 'f', '-1'],
      ['call', 'ada', 'f', '--out', 'x'],
      ['call', 'ada', 'f', 'a', 'b', '--stream'],
      ['peers', '--framing', 'line'],
      ['serve', '0', '--name', 'ada', '--module', join(folder, 'nothing.mjs'), '--advertise-port', port],
    ]
    for (const args of wrong) {
      const { code, err } = await runHere(['pnet', ...args]).ended
      expect([code, /^framewright: .+\n$/.test(err)], args.join(' ')).to.deep.equal([2, true])
    }
    const noKey = await runHere(['pnet', 'peers', '--network-key', join(folder, 'none')]).ended
    expect([noKey.code, noKey.err.includes('[FILE_FAILED]')]).to.deep.equal([1, true])
    const folderAsKey = await runHere(['pnet', 'call', 'ada', 'add', '--key', folder]).ended
    expect([folderAsKey.code, folderAsKey.err.includes('[FILE_FAILED]')]).to.deep.equal([1, true])
    const stopped = runHere(['pnet', 'call', 'ada', 'add', '--key', join(folder, 'caller.pem'), ...common])
    stopped.stop()
    expect((await stopped.ended).err).to.match(/\[ABORTED\]\n$/)
    const key = ['--key', join(folder, 'ada.pem')]
    for (const [option, value] of [
      ['--name', 'a b'],
      ['--network', 'a|b'],
    ] as const) {
      const { code, err } = await runHere(['pnet', 'serve', '0', '--name', 'ada', ...key, ...common, option, value])
        .ended
      expect(
        [code, err.startsWith(`framewright: ${option} wants `), err.includes(`, not ${value}`)],
        err,
      ).to.deep.equal([2, true, true])
    }
  })

  it('serve nothing when they cannot tell of themselves where it was asked for', async () => {
    for (const [option, value, words] of [
      ['--broadcast', 'x', '--broadcast wants an IPv4 address, not "x"; such as 127.255.255.255'],
      ['--interface', 'nosuch0', '--interface wants a network of this machine, not "nosuch0"; give one of '],
      ['--interface', '192.0.2.7', '--interface wants a network of this machine, not "192.0.2.7"; give one of '],
      ['--advertised-host', 'x:1', '--advertised-host wants an IPv4 address, not "x:1"; such as 192.168.1.7'],
    ] as const) {
      const args = ['pnet', 'serve', '0', '--name', 'ada', '--advertise-port', port, option, value]
      const { code, out, err } = await runHere(args).ended
      expect([code, out], err).to.deep.equal([2, ''])
      expect(err).to.include(words)
    }
  })
})
