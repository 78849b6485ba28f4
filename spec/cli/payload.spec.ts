import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { appendFile, open, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { filePayload, whole } from '@/cli/payload.js'
import { type Running, runHere, runProcess } from '../support/cli.js'
import { rejection } from '../support/rejection.js'
import { removeFolder, temporaryFolder } from '../support/temporaryFolder.js'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const STOPPED = 'framewright: stopped before it was done, as it was told to [ABORTED]\n'

describe('what is sent from a file', () => {
  const { signal } = new AbortController()
  let folder = ''
  let fifo = ''
  beforeEach(async function () {
    folder = await temporaryFolder()
    fifo = join(folder, 'fifo')
  })
  afterEach(() => removeFolder(folder))

  const portOf = async (listener: Running): Promise<string> => {
    const { port } = JSON.parse(await listener.line('"listening"'))
    return String(port)
  }

  it('is what was in it when it was hashed, although more is added', async () => {
    const path = join(folder, 'file')
    await writeFile(path, 'before')
    const payload = await filePayload(path, signal)
    await appendFile(path, ' and after')
    expect([payload.size, payload.sha256, String(await whole(payload))]).to.deep.equal([6, sha256('before'), 'before'])
  })

  it('is what was in it when it was hashed, although it is rewritten, when it is short', async () => {
    const path = join(folder, 'file')
    await writeFile(path, 'before')
    const payload = await filePayload(path, signal)
    await writeFile(path, 'behind')
    expect([payload.sha256, String(await whole(payload))]).to.deep.equal([sha256('before'), 'before'])
  })

  it('is FILE_FAILED behind its last byte when it is long and was rewritten or cut since it was hashed', async () => {
    const path = join(folder, 'file')
    const long = 'x'.repeat(8_388_609)
    const says = 'it was changed after it had been read for its SHA-256'
    await writeFile(path, long)
    const payload = await filePayload(path, signal)
    expect(await whole(payload)).to.have.lengthOf(8_388_609)
    for (const other of [`${long.slice(1)}y`, 'cut']) {
      await writeFile(path, other)
      const { code, detail } = await rejection(whole(payload))
      expect([code, detail]).to.deep.equal(['FILE_FAILED', { path, says }])
    }
  })

  it('is FILE_FAILED when it is a folder, and when it has no end, where there is a /dev/zero', async function () {
    const { code, detail } = await rejection(filePayload(folder, signal))
    expect([code, detail]).to.deep.equal(['FILE_FAILED', { path: folder, says: 'it is a folder' }])
    if (!existsSync('/dev/zero')) this.skip()
    const endless = await rejection(filePayload('/dev/zero', signal))
    expect([endless.code, endless.detail]).to.deep.equal([
      'FILE_FAILED',
      { path: '/dev/zero', limit: 8_388_608, says: 'only a plain file may be longer' },
    ])
  })

  describe('that is a pipe, where there is mkfifo', () => {
    beforeEach(async function () {
      await promisify(execFile)('mkfifo', [fifo]).catch(() => this.skip())
    })

    it('is everything until its writers have gone, also when the first comes late', async () => {
      await using listener = runHere(['listen', '0', '--json'])
      const sender = runHere(['send', await portOf(listener), '--file', fifo, '--json'])
      const writer = await open(fifo, 'w')
      await writer.write('through ')
      await writer.write('a pipe')
      await writer.close()
      expect((await sender.ended).code).to.equal(0)
      const { bytes, sha256: hash } = JSON.parse(await listener.line('"message"'))
      expect([bytes, hash]).to.deep.equal([14, sha256('through a pipe')])
    })

    it('is no longer waited for when nobody writes and it is told to stop', async () => {
      const stop = new AbortController()
      const given = filePayload(fifo, stop.signal)
      await stat(fifo)
      stop.abort()
      expect((await rejection(given)).code).to.equal('ABORTED')
    })

    it('ends at the first SIGINT while its writer says nothing', async () => {
      await using listener = runHere(['listen', '0', '--json'])
      await using sender = runProcess(['send', await portOf(listener), '--file', fifo])
      // Opens when the other end has been opened.
      const writer = await open(fifo, 'w')
      sender.stop('SIGINT')
      const { code, err } = await sender.ended
      await writer.close()
      expect([code, err]).to.deep.equal([1, STOPPED])
    }).timeout(15_000)
  })
})
