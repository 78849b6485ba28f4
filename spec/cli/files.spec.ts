import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { remotePath } from '@/cli/remotePath.js'
import { eventsIn, type Running, runHere, runProcess } from '../support/cli.js'
import { lcg32 } from '../support/lcg32.js'
import { RawPeer } from '../support/rawPeer.js'
import { removeFolder, temporaryFolder } from '../support/temporaryFolder.js'

const portOf = async (server: Running): Promise<number> => Number(JSON.parse(await server.line('"listening"')).port)

describe('files serve, put and get', () => {
  let folder = ''
  let root = ''
  beforeEach(async () => {
    folder = await temporaryFolder()
    root = join(folder, 'root')
    await mkdir(root)
  })
  afterEach(() => removeFolder(folder))

  it('move 5 MiB there and back, as three processes, and end at SIGINT', async () => {
    const bytes = lcg32(8, 5_242_880)
    await writeFile(join(folder, 'local'), bytes)
    await using server = runProcess(['files', 'serve', '0', '--root', root, '--json'])
    const port = await portOf(server)
    await using put = runProcess(['files', 'put', join(folder, 'local'), `127.0.0.1:${port}:there`])
    const { code, out, err } = await put.ended
    expect([code, err]).to.deep.equal([0, ''])
    expect(out).to.match(/local -> there: 5 MiB in [\d.]+ m?s \([\d.]+ MB\/s\)\n$/)
    await using get = runProcess(['files', 'get', `127.0.0.1:${port}:there`, join(folder, 'back'), '--json'])
    const got = eventsIn((await get.ended).out)
    expect(got[0]).to.include({ event: 'get', remote: 'there', bytes: 5_242_880 })
    expect((await readFile(join(folder, 'back'))).equals(bytes)).to.equal(true)
    server.stop('SIGINT')
    const ended = await server.ended
    expect([ended.code, ended.err]).to.deep.equal([0, ''])
    expect(eventsIn(ended.out).map(({ event, path, bytes: size, error }) => [event, path, size, error])).to.deep.equal([
      ['listening', undefined, undefined, undefined],
      ['upload', 'there', 5_242_880, null],
      ['download', 'there', 5_242_880, null],
      ['drained', undefined, undefined, undefined],
    ])
  }).timeout(15_000)

  it('take no stream for a file', async () => {
    for (const args of [
      ['put', '-', '127.0.0.1:1:x'],
      ['get', '127.0.0.1:1:x', '-'],
    ]) {
      const { code, err } = await runHere(['files', ...args]).ended
      expect([code, err.includes('wants a file of this machine, not -; one that is called - is ./-')]).to.deep.equal([
        2,
        true,
      ])
    }
  })

  it('serve no folder that may not be entered', async () => {
    await chmod(folder, 0o755)
    await chmod(root, 0)
    // To the superuser nothing is forbidden.
    const isSuperuser = process.getuid?.() === 0
    if (isSuperuser) process.seteuid?.(65_534)
    try {
      const { code, out, err } = await runHere(['files', 'serve', '0', '--root', root]).ended
      expect([code, out]).to.deep.equal([1, ''])
      expect(err).to.match(/^framewright: a file could not be .*root, system: EACCES\) \[FILE_FAILED\]\n$/)
    } finally {
      if (isSuperuser) process.seteuid?.(0)
    }
  })

  it('exit with 1 and the reason of the server when it rejects', async () => {
    await writeFile(join(folder, 'secret'), 'outside')
    await using server = runHere(['files', 'serve', '0', '--root', root, '--read-only'])
    const [, port = ''] = /on 127\.0\.0\.1:(\d+)$/.exec(await server.line('serving')) ?? []
    const missing = await runHere(['files', 'get', `127.0.0.1:${port}:none`, join(folder, 'x')]).ended
    expect(missing.code).to.equal(1)
    expect(missing.err).to.equal(
      "framewright: the other end rejected the transfer (path: none, reason: [Errno 2] No such file or directory: 'none') [TRANSFER_REJECTED]\n",
    )
    const outside = await runHere(['files', 'get', `127.0.0.1:${port}:../secret`, join(folder, 'x')]).ended
    expect([outside.code, outside.err.includes('[Errno 13] Permission denied')]).to.deep.equal([1, true])
    const put = await runHere(['files', 'put', join(folder, 'secret'), `127.0.0.1:${port}:new`]).ended
    expect([put.code, put.err.includes('[Errno 30] Read-only file system')]).to.deep.equal([1, true])
    expect(await readdir(folder)).to.have.members(['root', 'secret'])
    expect(await server.line('download of none')).to.match(/by 127\.0\.0\.1:\d+: failed: .*\[FILE_FAILED\]/)
    const local = await runHere(['files', 'put', join(folder, 'nothing'), `127.0.0.1:${port}:new`]).ended
    expect([local.code, local.err.includes('ENOENT')]).to.deep.equal([1, true])
  })

  it('keep to --max-file, and refuse a root that is none', async () => {
    await writeFile(join(folder, 'local'), 'abcdef')
    await using server = runHere(['files', 'serve', '0', '--root', root, '--max-file', '5', '--json'])
    const put = await runHere(['files', 'put', join(folder, 'local'), `127.0.0.1:${await portOf(server)}:new`]).ended
    expect([put.code, put.err.includes('[Errno 27] File too large')]).to.deep.equal([1, true])
    const none = await runHere(['files', 'serve', '0', '--root', join(folder, 'none')]).ended
    expect([none.code, none.err.includes('there is no such folder')]).to.deep.equal([1, true])
  })

  it('let an upload that has begun be finished before the server stops', async () => {
    await using server = runHere(['files', 'serve', '0', '--root', root, '--json'])
    await using peer = await RawPeer.connect(await portOf(server))
    await peer.open()
    const letter = Buffer.from('{"type":"upload-request","letter":{"file_size":3,"destination_path":"a"}}')
    await peer.send(Buffer.from([0, 0, 0, letter.length])).expect('ff')
    await peer.send(letter).expect('00000020')
    peer.send('ff')
    await peer.read(32)
    await peer.send('00000003').expect('ff')
    peer.send('61')
    server.stop()
    peer.send('6263')
    await peer.expect('00000020')
    peer.send('ff')
    await peer.read(32)
    expect(await peer.ended).to.equal('fin')
    peer.fin()
    expect((await server.ended).code).to.equal(0)
    expect((await stat(join(root, 'a'))).size).to.equal(3)
  })

  it('go over TLS', async () => {
    await writeFile(join(folder, 'local'), 'abc')
    const cert = join(folder, 'cert.pem')
    await using server = runHere(['files', 'serve', '0', '--root', root, '--json', '--tls', '--save-cert', cert])
    const port = await portOf(server)
    const { code, err } = await runHere([
      'files',
      'put',
      join(folder, 'local'),
      `localhost:${port}:a`,
      '--tls',
      '--ca',
      cert,
    ]).ended
    expect([code, err]).to.deep.equal([0, ''])
    expect(await readFile(join(root, 'a'), 'utf8')).to.equal('abc')
  }).timeout(15_000)
})

describe('a remote path', () => {
  const READ: readonly (readonly [text: string, address: string, path: string])[] = [
    ['host:8000:a/b.txt', 'host:8000', 'a/b.txt'],
    ['host:a.txt', 'host:8088', 'a.txt'],
    ['host:8000:C:x', 'host:8000', 'C:x'],
    ['[::1]:8000:a', '[::1]:8000', 'a'],
    ['[::1]:a', '[::1]:8088', 'a'],
    [':8000:a', '127.0.0.1:8000', 'a'],
    ['host:8000:żółw 🐢', 'host:8000', 'żółw 🐢'],
  ]
  for (const [text, address, path] of READ) {
    it(`${text} is ${path} at ${address}`, () => {
      const read = remotePath(text)
      expect([String(read.address), read.path]).to.deep.equal([address, path])
    })
  }

  for (const text of ['', 'host', 'host:', 'host:8000:', 'host:99999:a', 'host:x:a', '::1:8000:a']) {
    it(`${JSON.stringify(text)} is none`, () => {
      expect(() => remotePath(text))
        .to.throw()
        .with.property('name', 'UsageError')
    })
  }
})
