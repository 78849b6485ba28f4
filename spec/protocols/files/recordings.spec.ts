import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { FileClient, type FileClientOptions, FileServer, type FileServerConnection } from '@/protocols/files/index.js'
import { codeOf } from '../../support/codeOf.js'
import { lcg32 } from '../../support/lcg32.js'
import { ManualClock } from '../../support/manualClock.js'
import { portOfServer } from '../../support/pair.js'
import { rejection } from '../../support/rejection.js'
import { playClient, playServer, type RecordedStep, type Recording, recordingsOf } from '../../support/replay.js'
import { removeFolder, temporaryFolder } from '../../support/temporaryFolder.js'

const RECORDINGS = recordingsOf<unknown>('tpft')
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz'

/** The files that a recorded conversation found, or left behind. */
type Files = Readonly<Record<string, string | Uint8Array>>

const BEFORE: Readonly<Record<string, Files>> = {
  'download-small': { 'd.txt': ALPHABET.toUpperCase() },
  'download-empty': { 'e.bin': '' },
  'download-multi-chunk': { 'big.bin': lcg32(6, 8_388_615) },
  'raw-download-reject-then-accept': { 'd.txt': 'hello' },
}
const AFTER: Readonly<Record<string, Files>> = {
  'upload-small': { 'up.txt': ALPHABET },
  'upload-empty': { 'e2.bin': '' },
  'upload-multi-chunk': { 'up.bin': lcg32(5, 9_437_184) },
  'upload-chunk-size-ignored': { 'up.txt': ALPHABET },
  'upload-non-ascii-path': { 'żółw 🐢 "q".txt': 'turtle' },
  'raw-upload-odd-chunks': { 'r.bin': 'abcdef' },
  'raw-upload-then-download-one-connection': { '1.bin': 'one' },
}

const messageOf = (from: 'client' | 'server', text: string): readonly RecordedStep[] => {
  const other = from === 'client' ? 'server' : 'client'
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return [
    { from, hex: length.toString('hex') },
    { from: other, hex: 'ff' },
    { from, hex: Buffer.from(text).toString('hex') },
  ]
}
const rejected = (reason: string): readonly RecordedStep[] => [
  ...messageOf('server', `{"type":"rejected","letter":{"reason":"${reason}"}}`),
  { from: 'server', close: 'fin' },
  { from: 'client', close: 'fin' },
]

/** What tpft.md says not to copy, and what our server does instead: how many steps stay, and what follows them. */
const OTHERWISE: Readonly<
  Record<string, { readonly keep: number; readonly then: readonly RecordedStep[]; readonly cause?: string }>
> = {
  'download-directory': {
    keep: 5,
    then: [
      ...messageOf('server', `{"type":"rejected","letter":{"reason":"[Errno 21] Is a directory: 'adir'"}}`),
      { from: 'client', close: 'fin' },
      { from: 'server', close: 'fin' },
    ],
  },
  // the chunk is refused before a byte of it has left
  'raw-upload-overrun': {
    keep: 9,
    then: [
      { from: 'server', hex: '00' },
      { from: 'server', close: 'fin' },
      { from: 'client', close: 'fin' },
    ],
    cause: 'MESSAGE_DECLINED',
  },
  'raw-upload-cut-mid-chunk': { keep: 12, then: [{ from: 'server', close: 'fin' }], cause: 'FRAME_TRUNCATED' },
  'raw-not-json': { keep: 5, then: rejected('not understood: it is not JSON'), cause: 'LETTER_MALFORMED' },
  'raw-json-not-envelope': { keep: 5, then: rejected('not understood: it has no type'), cause: 'LETTER_MALFORMED' },
}

class Watched extends FileServer {
  readonly causes: (Error | undefined)[] = []
  readonly #ended: (() => void)[] = []

  protected override connShutdown(_id: string, _connection: FileServerConnection, cause: Error | undefined): void {
    this.causes.push(cause)
    for (const tell of this.#ended) tell()
  }

  /** The cause with which the only connection ended. */
  async cause(): Promise<Error | undefined> {
    if (this.causes.length === 0) await new Promise<void>((resolve) => this.#ended.push(resolve))
    return this.causes[0]
  }
}

describe('recorded tpft peers', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await temporaryFolder()
    await mkdir(join(folder, 'adir'))
  })
  afterEach(() => removeFolder(folder))

  const fill = async (files: Files = {}): Promise<void> => {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  }
  const expectFiles = async (files: Files = {}): Promise<void> => {
    expect((await readdir(folder)).filter((name) => name !== 'adir').toSorted()).to.deep.equal(
      Object.keys(files).toSorted(),
    )
    for (const [name, content] of Object.entries(files)) {
      expect((await readFile(join(folder, name))).equals(Buffer.from(content)), name).to.equal(true)
    }
  }

  describe('the client, played against our server', () => {
    for (const { name, description, steps } of RECORDINGS) {
      const otherwise = OTHERWISE[name]
      const how = otherwise === undefined ? 'every byte as recorded' : 'what is not to be copied, done otherwise'
      it(`${name}: ${description} (${how})`, async () => {
        await fill(BEFORE[name])
        const clock = new ManualClock()
        await using server = new Watched({ listen: [0], root: folder, clock })
        await server.start()
        const played =
          otherwise === undefined ? closedBy(steps) : [...steps.slice(0, otherwise.keep), ...otherwise.then]
        await using replay = await playClient(played, portOfServer(server))
        await replay.played
        expect(await replay.ended).to.equal('fin')
        expect(codeOf(await clock.passUntil(server.cause(), 50))).to.equal(otherwise?.cause)
        await expectFiles(AFTER[name] ?? BEFORE[name])
      })
    }
  })

  describe('the server, played against our client', () => {
    const put = (content: string | Uint8Array, remote: string) => async (client: FileClient, port: number) => {
      await writeFile(join(folder, 'local'), content)
      return client.put(join(folder, 'local'), port, remote)
    }
    const get = (remote: string, local: string) => (client: FileClient, port: number) =>
      client.get(port, remote, join(folder, local))
    const ASKED: Readonly<Record<string, (client: FileClient, port: number) => Promise<number>>> = {
      'upload-small': put(ALPHABET, 'up.txt'),
      'download-small': get('d.txt', 'got'),
      'upload-empty': put('', 'e2.bin'),
      'download-empty': get('e.bin', 'got'),
      'upload-multi-chunk': put(lcg32(5, 9_437_184), 'up.bin'),
      'download-multi-chunk': get('big.bin', 'got'),
      'upload-chunk-size-ignored': put(ALPHABET, 'up.txt'),
      'upload-non-ascii-path': put('turtle', 'żółw 🐢 "q".txt'),
    }
    const REFUSED: Readonly<Record<string, readonly [(client: FileClient, port: number) => Promise<number>, string]>> =
      {
        'download-missing': [get('missing.bin', 'got'), "[Errno 2] No such file or directory: 'missing.bin'"],
        'upload-rejected': [
          put('1234', 'no/such/dir/f.txt'),
          "[Errno 2] No such file or directory: 'no/such/dir/f.txt'",
        ],
        'upload-onto-directory': [put('1234', 'adir'), "[Errno 21] Is a directory: 'adir'"],
      }

    for (const [name, ask] of Object.entries(ASKED)) {
      it(`${name}: every byte as recorded`, async () => {
        await using recorded = await playServer(only(name).steps)
        await using client = fileClient()
        const content = Object.values(BEFORE[name] ?? AFTER[name] ?? {})[0] ?? ''
        expect(await ask(client, recorded.port)).to.equal(content.length)
        await (await recorded.replay).played
        if (name.startsWith('download')) await expectFiles({ got: content })
      })
    }

    for (const [name, [ask, reason]] of Object.entries(REFUSED)) {
      it(`${name}: TRANSFER_REJECTED with the reason as written, and every byte as recorded`, async () => {
        await using recorded = await playServer(only(name).steps)
        await using client = fileClient()
        const error = await rejection(ask(client, recorded.port))
        expect([error.code, error.detail['reason']]).to.deep.equal(['TRANSFER_REJECTED', reason])
        await (await recorded.replay).played
        expect(await readdir(folder)).to.not.include('got')
      })
    }

    it('raw-upload-then-download-one-connection: every byte as recorded', async () => {
      await writeFile(join(folder, 'local'), 'one')
      await using recorded = await playServer(only('raw-upload-then-download-one-connection').steps)
      await using client = fileClient()
      const connection = await client.connectTo(recorded.port)
      await connection.put(join(folder, 'local'), '1.bin')
      await connection.get('1.bin', join(folder, 'got'))
      await connection.goodbye()
      await (await recorded.replay).played
      await expectFiles({ local: 'one', got: 'one' })
    })

    it('download-directory: a server that has died without a word is given up after 90 s, and nothing is left', async () => {
      const clock = new ManualClock()
      await using recorded = await playServer(only('download-directory').steps)
      await using client = fileClient({ clock })
      const failed = rejection(client.get(recorded.port, 'adir', join(folder, 'got')))
      const error = await clock.passUntil(failed, 1_000)
      expect([error.code, error.detail['limitMs']]).to.deep.equal(['TRANSFER_TIMEOUT', 90_000])
      expect(clock.now()).to.be.within(90_000, 120_000)
      await expectFiles({})
    })
  })
})

const fileClient = (options: FileClientOptions = {}): FileClient => new FileClient({ lingerMs: 50, ...options })

const only = (name: string): Recording<unknown> => {
  const found = RECORDINGS.find((recording) => recording.name === name)
  if (found === undefined) throw new Error(`nothing was recorded as ${name}`)
  return found
}

/** The scripted clients were not recorded to the end of their side, where a server waits for it. */
const closedBy = (steps: readonly RecordedStep[]): readonly RecordedStep[] =>
  steps.at(-1)?.from === 'client' ? steps : [...steps, { from: 'client', close: 'fin' }]
