import { createHash } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { BodyStore } from '@/protocols/lonely/bodies/bodyStore.js'
import { FileBody } from '@/protocols/lonely/bodies/fileBody.js'
import { spooled } from '@/protocols/lonely/bodies/spooled.js'
import { caught } from '../../../support/caught.js'
import { codeOf } from '../../../support/codeOf.js'
import { lcg32 } from '../../../support/lcg32.js'
import { rejection } from '../../../support/rejection.js'
import { removeFolder, temporaryFolder } from '../../../support/temporaryFolder.js'

const sha512 = (bytes: Uint8Array): Buffer => createHash('sha512').update(bytes).digest()
const LIMITS = {
  maxBodyBytes: 1_000,
  maxBodyInMemoryBytes: 100,
  maxBodyMemoryBytes: 150,
  maxSpoolBytes: 1_500,
  maxSpoolFiles: 3,
}

describe('the store of bodies', () => {
  let folder = ''
  let store: BodyStore
  beforeEach(async () => {
    folder = await temporaryFolder()
    store = new BodyStore(LIMITS, folder)
  })
  afterEach(() => removeFolder(folder))

  const bytesOf = (size: number): Buffer => Buffer.from(lcg32(size, size))
  const keep = (size: number) => store.keep(bytesOf(size), sha512(bytesOf(size)))

  it('keeps a small body in memory until the last reader has released it', () => {
    const body = keep(100)
    if (body instanceof Promise) throw new Error('it should be at once')
    expect(body.bytes?.equals(bytesOf(100))).to.equal(true)
    expect(store.held).to.deep.equal({ memoryBytes: 100, spoolBytes: 0, spoolFiles: 0 })
    body.retain()
    body.release()
    expect(store.held.memoryBytes).to.equal(100)
    body.release()
    expect(store.held.memoryBytes).to.equal(0)
  })

  it('keeps no part of the chunk that a small body came in', async () => {
    const chunk = Buffer.from(lcg32(1, 60_000))
    const body = await store.keep(chunk.subarray(10, 20), sha512(chunk.subarray(10, 20)))
    const before = Buffer.from(body.bytes ?? [])
    chunk.fill(0)
    expect(body.bytes?.equals(before)).to.equal(true)
  })

  it('keeps a larger one in a file that has no name, and frees it', async () => {
    const body = await keep(101)
    expect(body.bytes).to.equal(undefined)
    expect(body.digest.equals(sha512(bytesOf(101)))).to.equal(true)
    expect((await body.read(50, 51)).equals(bytesOf(101).subarray(50))).to.equal(true)
    expect(store.held).to.deep.equal({ memoryBytes: 0, spoolBytes: 101, spoolFiles: 1 })
    if (process.platform !== 'win32') expect(await readdir(folder)).to.deep.equal([])
    body.release()
    expect(store.held.spoolBytes).to.equal(0)
  })

  it('turns to files when all bodies together have too much memory', async () => {
    const first = await keep(100)
    const second = await keep(60)
    expect([first.bytes?.length, second.bytes]).to.deep.equal([100, undefined])
    first.release()
    expect((await keep(60)).bytes?.length).to.equal(60)
    second.release()
  })

  it('takes no body beyond its bounds, and is as before', async () => {
    expect(caught(() => void keep(1_001)).code).to.equal('BODY_TOO_LARGE')
    const body = await keep(1_000)
    expect(codeOf(await rejection(Promise.resolve(keep(501))))).to.equal('BODY_TOO_LARGE')
    expect(store.held).to.deep.equal({ memoryBytes: 0, spoolBytes: 1_000, spoolFiles: 1 })
    body.release()
  })

  it('has as many files as it may, whether they are whole or on their way, and goes on when one is free', async () => {
    const whole = await keep(101)
    const begun = store.intake(101)
    await begun.add(bytesOf(50))
    const another = store.intake(undefined)
    await another.add(bytesOf(200))
    expect(store.held.spoolFiles).to.equal(3)
    expect(codeOf(await rejection(Promise.resolve(keep(101))))).to.equal('SPOOL_FULL')
    expect(codeOf(await rejection(spooled(store, [bytesOf(60), bytesOf(60)])))).to.equal('SPOOL_FULL')
    expect(store.held).to.deep.equal({ memoryBytes: 0, spoolBytes: 351, spoolFiles: 3 })
    whole.release()
    const next = await keep(101)
    expect(codeOf(await rejection(Promise.resolve(keep(101))))).to.equal('SPOOL_FULL')
    begun.discard()
    const last = await keep(101)
    for (const body of [next, last]) body.release()
    another.discard()
    expect(store.held).to.deep.equal({ memoryBytes: 0, spoolBytes: 0, spoolFiles: 0 })
  })

  it('leaves half of the memory and of the files to whole bodies, however many are on their way in', async () => {
    const begun = [1, 2, 3, 4].map(() => store.share(3).intake(undefined))
    for (const one of begun.slice(0, 2)) await one.add(bytesOf(60))
    // 75 bytes of memory for those that are not whole, and 2 of 3 files.
    expect(store.held).to.deep.equal({ memoryBytes: 60, spoolBytes: 60, spoolFiles: 1 })
    await begun[2]?.add(bytesOf(60))
    expect(codeOf(await rejection(Promise.resolve(begun[3]?.add(bytesOf(60)))))).to.equal('SPOOL_FULL')
    const whole = [await keep(90), await keep(101)]
    expect(whole.map(({ bytes }) => bytes?.length)).to.deep.equal([90, undefined])
    // One that becomes whole makes room for another on its way.
    begun[1]?.discard()
    const finished = await begun[2]?.finish()
    await begun[3]?.add(bytesOf(60))
    expect(store.held).to.deep.equal({ memoryBytes: 150, spoolBytes: 221, spoolFiles: 3 })
    for (const body of [...whole, finished]) body?.release()
    for (const one of begun) one.discard()
    expect(store.held).to.deep.equal({ memoryBytes: 0, spoolBytes: 0, spoolFiles: 0 })
  })

  it('counts what its shares hold, and lets each have as many files as it was given', async () => {
    const [one, other] = [store.share(1), store.share(2)]
    const first = await one.keep(bytesOf(101), sha512(bytesOf(101)))
    const full = one.keep(bytesOf(102), sha512(bytesOf(102)))
    expect(codeOf(await rejection(Promise.resolve(full)))).to.equal('SPOOL_FULL')
    const second = await other.keep(bytesOf(101), sha512(bytesOf(101)))
    const small = await other.keep(bytesOf(100), sha512(bytesOf(100)))
    expect(store.held).to.deep.equal({ memoryBytes: 100, spoolBytes: 202, spoolFiles: 2 })
    const squeezed = await other.keep(bytesOf(60), sha512(bytesOf(60)))
    expect(squeezed.bytes).to.equal(undefined)
    for (const body of [first, second, small, squeezed]) body.release()
    expect(other.held).to.deep.equal({ memoryBytes: 0, spoolBytes: 0, spoolFiles: 0 })
  })

  for (const [what, pieces] of [
    ['a few bytes', [3]],
    ['nothing', []],
    ['pieces that stay in memory', [40, 0, 60]],
    ['pieces that become too many for memory', [60, 60, 300, 1]],
  ] as const) {
    it(`puts ${what} together`, async () => {
      const size = pieces.reduce((sum: number, piece) => sum + piece, 0)
      const bytes = bytesOf(size)
      let at = 0
      const source = pieces.map((piece) => bytes.subarray(at, (at += piece)))
      const body = await spooled(store, source)
      expect(body.size).to.equal(size)
      expect(body.digest.equals(sha512(bytes))).to.equal(true)
      expect((await body.read(0, size)).equals(bytes)).to.equal(true)
      body.release()
      expect(store.held).to.deep.equal({ memoryBytes: 0, spoolBytes: 0, spoolFiles: 0 })
    })
  }

  it('frees what has come of a body that is given up', async () => {
    const intake = store.intake(undefined)
    await intake.add(bytesOf(60))
    await intake.add(bytesOf(200))
    intake.discard()
    expect(store.held).to.deep.equal({ memoryBytes: 0, spoolBytes: 0, spoolFiles: 0 })
    expect(codeOf(await rejection(intake.finish()))).to.equal('BODY_FAILED')
  })

  it('holds nothing for pieces without bytes, and makes no file for them', async () => {
    const intake = store.intake(500)
    for (let i = 0; i < 1_000; i++) await intake.add(Buffer.alloc(0))
    expect(store.held).to.deep.equal({ memoryBytes: 0, spoolBytes: 0, spoolFiles: 0 })
    await intake.add(bytesOf(500))
    const body = await intake.finish()
    expect((await body.read(0, 500)).equals(bytesOf(500))).to.equal(true)
    body.release()
  })

  it('takes no pipe or device for a file, and does not wait for one', async () => {
    for (const path of ['/dev/null', folder]) {
      const error = await rejection(FileBody.open(path))
      expect([codeOf(error), error]).to.have.nested.property('[1].detail.problem', 'it is no regular file')
    }
  })

  it('gives everything back when a body is given up while its file is being made', async () => {
    const intake = store.intake(undefined)
    await intake.add(bytesOf(60))
    const writing = intake.add(bytesOf(200))
    intake.discard()
    await writing
    expect(store.held).to.deep.equal({ memoryBytes: 0, spoolBytes: 0, spoolFiles: 0 })
    expect(await readdir(folder)).to.deep.equal([])
  })

  it('says when there is no folder for files', async () => {
    const nowhere = new BodyStore(LIMITS, join(folder, 'none'))
    expect(codeOf(await rejection(Promise.resolve(nowhere.keep(bytesOf(101), sha512(bytesOf(101))))))).to.equal(
      'BODY_FAILED',
    )
    expect(nowhere.held).to.deep.equal({ memoryBytes: 0, spoolBytes: 0, spoolFiles: 0 })
  })

  it('notices when a file has become shorter', async () => {
    const path = join(folder, 'file')
    await writeFile(path, bytesOf(500))
    const body = await FileBody.open(path)
    await writeFile(path, bytesOf(10))
    expect(codeOf(await rejection(Promise.resolve(body.read(0, 500))))).to.equal('BODY_FAILED')
    body.release()
  })
})
