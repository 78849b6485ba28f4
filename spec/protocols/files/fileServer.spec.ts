import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, readlink, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { constants } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { TransportError } from '@/errors.js'
import {
  FileClient,
  FileServer,
  type FileServerConnection,
  type FileServerOptions,
  type TransferReport,
} from '@/protocols/files/index.js'
import { hex, toHex } from '../../support/hex.js'
import { lcg32 } from '../../support/lcg32.js'
import { portOfServer } from '../../support/pair.js'
import { RawPeer } from '../../support/rawPeer.js'
import { rejection } from '../../support/rejection.js'
import { removeFolder, temporaryFolder } from '../../support/temporaryFolder.js'

/** A server that remembers how its transfers and connections ended. */
class Remembering extends FileServer {
  readonly reports: TransferReport[] = []
  readonly causes: (Error | undefined)[] = []
  #tell: () => void = () => {}

  protected override transferEnded(_connection: FileServerConnection, report: TransferReport): void {
    this.reports.push(report)
  }

  protected override connShutdown(_id: string, _connection: FileServerConnection, cause: Error | undefined): void {
    this.causes.push(cause)
    this.#tell()
  }

  /** The code with which the first connection ended. */
  async ended(): Promise<string | undefined> {
    if (this.causes.length === 0) await new Promise<void>((resolve) => (this.#tell = resolve))
    const [cause] = this.causes
    return cause === undefined || !('code' in cause) ? undefined : String(cause.code)
  }
}

describe('a file server', () => {
  let folder = ''
  let root = ''
  const within = (...path: string[]): string => join(root, ...path)
  const content = (...path: string[]): Promise<string> => readFile(within(...path), 'utf8')

  beforeEach(async () => {
    folder = await temporaryFolder()
    root = join(folder, 'root')
    await mkdir(join(root, 'adir'), { recursive: true })
    await writeFile(join(folder, 'secret'), 'outside')
    await writeFile(within('old'), 'before')
    await writeFile(join(folder, 'local'), 'new content')
  })
  afterEach(() => removeFolder(folder))

  const serving = async (options: Partial<FileServerOptions> = {}): Promise<Remembering> => {
    const server = new Remembering({ listen: [0], lingerMs: 50, root, ...options })
    await server.start()
    return server
  }
  const upload = async (server: FileServer, remote: string): Promise<number> => {
    await using client = new FileClient()
    return await client.put(join(folder, 'local'), portOfServer(server), remote)
  }
  const download = async (server: FileServer, remote: string): Promise<number> => {
    await using client = new FileClient()
    return await client.get(portOfServer(server), remote, join(folder, 'got'))
  }
  const reasonOf = (error: TransportError): string => `${error.code} ${String(error.detail['reason'])}`

  describe('shows nothing outside its root', () => {
    beforeEach(async () => {
      await symlink(join(folder, 'secret'), within('link-out'))
      await symlink(folder, within('folder-out'))
      await symlink('../../secret', within('adir', 'link-up'))
      await symlink(join(folder, 'nowhere'), within('dangling'))
      await mkdir(join(folder, 'root-beside'))
      await writeFile(join(folder, 'root-beside', 'x'), 'outside')
      await symlink(join(folder, 'root-beside'), within('beside'))
      execFileSync('mkfifo', [within('pipe')])
    })

    const DENIED = "[Errno 13] Permission denied: 'PATH'"
    const BOTH: readonly (readonly [string, string])[] = [
      ['/etc/passwd', DENIED],
      ['../secret', DENIED],
      ['adir/../../secret', DENIED],
      ['adir/../old', DENIED],
      ['..', DENIED],
      ['link-out', DENIED],
      ['folder-out/secret', DENIED],
      ['adir/link-up', DENIED],
      ['dangling', DENIED],
      ['beside/x', DENIED],
      ['pipe', DENIED],
      ['', "[Errno 2] No such file or directory: ''"],
      ['adir', "[Errno 21] Is a directory: 'adir'"],
      ['adir/', "[Errno 21] Is a directory: 'adir/'"],
      ['.', "[Errno 21] Is a directory: '.'"],
      ['a\0b', "[Errno 22] Invalid argument: 'a\\x00b'"],
      ['old/x', "[Errno 20] Not a directory: 'old/x'"],
      ["no/it's", `[Errno 2] No such file or directory: "no/it's"`],
      ['x'.repeat(300), `[Errno ${constants.errno.ENAMETOOLONG}] File name too long: 'PATH'`],
    ]
    for (const [path, reason] of BOTH) {
      it(`${JSON.stringify(path).slice(0, 40)} is rejected, in both directions`, async () => {
        await using server = await serving()
        const expected = `TRANSFER_REJECTED ${reason.replace('PATH', path)}`
        expect(reasonOf(await rejection(download(server, path)))).to.equal(expected)
        expect(reasonOf(await rejection(upload(server, path)))).to.equal(expected)
        expect(await readFile(join(folder, 'secret'), 'utf8')).to.equal('outside')
        expect(await readdir(folder)).to.have.members(['root', 'root-beside', 'secret', 'local'])
        expect(server.reports.map(({ kind, error }) => [kind, error?.message !== undefined])).to.deep.equal([
          ['download', true],
          ['upload', true],
        ])
      })
    }

    it('a link that stays inside is followed: the file behind it is read, and replaced', async () => {
      await symlink('../old', within('adir', 'link'))
      await using server = await serving()
      expect(await download(server, 'adir/link')).to.equal(6)
      await upload(server, 'adir/link')
      expect(await content('old')).to.equal('new content')
      expect(await readlink(within('adir', 'link'))).to.equal('../old')
      expect(await readdir(within('adir'))).to.have.members(['link', 'link-up'])
    })

    it('a root that is itself behind a link is fine', async () => {
      await symlink(root, join(folder, 'door'))
      await using server = await serving({ root: join(folder, 'door') })
      expect(await download(server, 'old')).to.equal(6)
    })
  })

  it('starts only on a folder', async () => {
    const missing = new FileServer({ listen: [0], root: join(folder, 'nowhere') })
    expect((await rejection(missing.start())).code).to.equal('FILE_FAILED')
    const file = new FileServer({ listen: [0], root: join(folder, 'secret') })
    expect((await rejection(file.start())).code).to.equal('FILE_FAILED')
    expect(() => new FileServer({ root, maxFileBytes: -1 }))
      .to.throw()
      .with.property('code', 'OPTION_INVALID')
  })

  it('that is read-only rejects uploads and serves downloads', async () => {
    await using server = await serving({ readOnly: true })
    const error = await rejection(upload(server, 'new'))
    expect(reasonOf(error)).to.equal("TRANSFER_REJECTED [Errno 30] Read-only file system: 'new'")
    expect(await download(server, 'old')).to.equal(6)
  })

  it('rejects an upload above maxFileBytes before a byte of it has come', async () => {
    await using server = await serving({ maxFileBytes: 10 })
    const error = await rejection(upload(server, 'new'))
    expect(reasonOf(error)).to.equal("TRANSFER_REJECTED [Errno 27] File too large: 'new'")
    expect(await readdir(root)).to.have.members(['adir', 'old'])
  })

  it('keeps the mode of a file that is replaced', async () => {
    await chmod(within('old'), 0o640)
    await using server = await serving()
    await upload(server, 'old')
    expect(await content('old')).to.equal('new content')
    expect((await stat(within('old'))).mode & 0o777).to.equal(0o640)
  })

  it('answers rejected in place of the second confirmation when the file cannot be given its name', async () => {
    await using server = await serving()
    await using peer = await RawPeer.connect(portOfServer(server))
    await requestUpload(peer, 'new', 3)
    await mkdir(within('new'))
    await peer.send('00000003').expect('ff')
    peer.send('616263')
    expect(await letterFrom(peer)).to.equal(
      `{"type":"rejected","letter":{"reason":"[Errno 21] Is a directory: 'new'"}}`,
    )
    expect(await readdir(root)).to.have.members(['adir', 'new', 'old'])
  })

  for (const how of ['fin', 'rst'] as const) {
    it(`keeps the old file, and nothing of the new one, when an upload is cut inside a chunk (${how})`, async () => {
      await using server = await serving()
      await using peer = await RawPeer.connect(portOfServer(server))
      await requestUpload(peer, 'old', 10)
      await peer.send('0000000a').expect('ff')
      peer.send('61626364')
      expect(await content('old')).to.equal('before')
      expect((await readdir(root)).filter((name) => name.endsWith('.part'))).to.have.lengthOf(1)
      peer[how]()
      expect(await server.ended()).to.equal(how === 'fin' ? 'FRAME_TRUNCATED' : 'CONNECTION_RESET')
      expect(await content('old')).to.equal('before')
      expect(await readdir(root)).to.have.members(['adir', 'old'])
      expect(server.reports.map(({ kind, path, error }) => [kind, path, error !== undefined])).to.deep.equal([
        ['upload', 'old', true],
      ])
    })
  }

  it('leaves nothing of an upload when it is destroyed meanwhile', async () => {
    const server = await serving()
    await using peer = await RawPeer.connect(portOfServer(server))
    await requestUpload(peer, 'new', 10)
    await peer.send('00000004').expect('ff')
    peer.send('61626364')
    await server.destroy()
    expect(await readdir(root)).to.have.members(['adir', 'old'])
  })

  it('takes a chunk of 20 MiB, written as it comes', async () => {
    const bytes = lcg32(3, 20_971_520)
    await using server = await serving()
    await using peer = await RawPeer.connect(portOfServer(server))
    await requestUpload(peer, 'large', bytes.length)
    await peer.send('01400000').expect('ff')
    peer.send(bytes)
    expect(await letterFrom(peer)).to.equal('{"type":"confirmed","letter":{}}')
    expect((await readFile(within('large'))).equals(bytes)).to.equal(true)
    expect(server.reports).to.deep.equal([{ kind: 'upload', path: 'large', size: 20_971_520 }])
  })

  it('refuses a letter of 65,537 bytes by its length', async () => {
    await using server = await serving()
    await using peer = await RawPeer.connect(portOfServer(server))
    await (await peer.open()).send('00010001').expect('00')
    expect(await peer.ended).to.equal('fin')
    peer.fin()
    expect(await server.ended()).to.equal('MESSAGE_DECLINED')
  })

  it('takes a chunk that comes before the upload was confirmed', async () => {
    await using server = await serving()
    await using peer = await RawPeer.connect(portOfServer(server))
    await peer.open()
    const letter = '{"type":"upload-request","letter":{"file_size":100000,"destination_path":"eager"}}'
    await peer.send(lengthOf(letter)).expect('ff')
    peer.send(Buffer.concat([Buffer.from(letter), hex('000186a0'), Buffer.alloc(100_000, 7)]))
    // both ends speak at once: the server holds its answer until its own letter has left
    await peer.expect('00000020')
    await peer.send('ff').expect(toHex(Buffer.from('{"type":"confirmed","letter":{}}')))
    await peer.expect('ff')
    expect(await letterFrom(peer)).to.equal('{"type":"confirmed","letter":{}}')
    expect((await stat(within('eager'))).size).to.equal(100_000)
  })

  it('breaks the connection, and reports it, when a file becomes shorter while it is sent', async () => {
    await writeFile(within('shrinking'), lcg32(1, 1_000))
    await using server = await serving()
    await using peer = await RawPeer.connect(portOfServer(server))
    await say(await peer.open(), '{"type":"download-request","letter":{"download_path":"shrinking"}}')
    expect(await letterFrom(peer)).to.equal('{"type":"download-confirmation","letter":{"file_size":1000}}')
    await truncate(within('shrinking'), 400)
    await say(peer, '{"type":"confirmed","letter":{}}')
    await peer.expect('000003e8')
    peer.send('ff')
    expect(await server.ended()).to.equal('SOURCE_MISMATCH')
    expect(server.reports.map(({ kind, size, error }) => [kind, size, error?.message.includes('1000')])).to.deep.equal([
      ['download', 1_000, true],
    ])
  })

  it('tells what was wrong with a letter, then closes', async () => {
    await using server = await serving()
    await using peer = await RawPeer.connect(portOfServer(server))
    await say(await peer.open(), '{"type":"upload-request","letter":{"destination_path":"x"}}')
    expect(await letterFrom(peer)).to.equal(
      '{"type":"rejected","letter":{"reason":"not understood: file_size is not a number of bytes"}}',
    )
    expect(await peer.ended).to.equal('fin')
    peer.fin()
    expect(await server.ended()).to.equal('LETTER_MALFORMED')
  })
})

const lengthOf = (text: string): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(text))
  return length
}

const say = async (peer: RawPeer, text: string): Promise<void> => {
  await peer.send(lengthOf(text)).expect('ff')
  peer.send(Buffer.from(text))
}

const letterFrom = async (peer: RawPeer): Promise<string> => {
  const size = (await peer.read(4)).readUInt32BE()
  peer.send('ff')
  return (await peer.read(size)).toString()
}

const requestUpload = async (peer: RawPeer, path: string, size: number): Promise<void> => {
  await peer.open()
  await say(peer, `{"type":"upload-request","letter":{"file_size":${size},"destination_path":"${path}"}}`)
  expect(await letterFrom(peer)).to.equal('{"type":"confirmed","letter":{}}')
}
