import { type FileHandle, open, readdir } from 'node:fs/promises'
import { expect } from 'chai'
import { cut } from '@/protocols/pnet/cut.js'
import { Spool, SpoolBudget } from '@/protocols/pnet/spool.js'
import { lcg32 } from '../../support/lcg32.js'
import { rejection } from '../../support/rejection.js'
import { removeFolder, temporaryFolder } from '../../support/temporaryFolder.js'

describe('a spool', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await temporaryFolder()
  })
  afterEach(() => removeFolder(folder))

  for (const size of [0, 1, 65_536, 65_537, 300_001]) {
    it(`of ${size} bytes is read back at any place, and leaves no file`, async () => {
      const budget = new SpoolBudget(1_000_000)
      const spool = new Spool({ budget, maxBytes: 1_000_000, folder })
      const bytes = Buffer.from(lcg32(7, size))
      for (let at = 0; at < size; at += 50_000) await spool.append(bytes.subarray(at, at + 50_000))
      expect([spool.sizeBytes, budget.usedBytes]).to.deep.equal([size, size])
      expect(await readdir(folder)).to.deep.equal([])
      for (let pass = 0; pass < 2; pass++) {
        const pieces: Buffer[] = []
        for await (const piece of spool.pieces()) pieces.push(piece)
        expect(Buffer.concat(pieces).equals(bytes)).to.equal(true)
      }
      for (const [at, count] of [
        [0, 10],
        [Math.floor(size / 2), 70_000],
        [size, 5],
        [size + 7, 5],
      ] as const) {
        expect((await spool.read(at, count)).equals(bytes.subarray(at, at + count)), `${count} at ${at}`).to.equal(true)
      }
      await spool.close()
      await spool.close()
      expect([budget.usedBytes, await readdir(folder)]).to.deep.equal([0, []])
      expect((await rejection(spool.read(0, 1))).code).to.equal('CLOSED')
      expect((await rejection(spool.append(bytes))).code).to.equal('CLOSED')
    })
  }

  it('has the bytes of many small pieces, in memory and beyond', async () => {
    await using spool = new Spool({ budget: new SpoolBudget(1e9), maxBytes: 1e9, folder })
    const bytes = Buffer.from(lcg32(3, 70_000))
    for (let at = 0; at < bytes.length; at += 7) {
      await spool.append(bytes.subarray(at, at + 7))
      if (at % 7_000 === 0)
        expect((await spool.read(0, at + 7)).equals(bytes.subarray(0, at + 7)), `at ${at}`).to.equal(true)
    }
    expect((await spool.read(0, 70_000)).equals(bytes)).to.equal(true)
  })

  it('leaves no file open when the disk is full', async () => {
    const probe = await open(`${folder}/probe`, 'w')
    const prototype: FileHandle = Object.getPrototypeOf(probe)
    await probe.close()
    const write: unknown = Reflect.get(prototype, 'write')
    const handles: FileHandle[] = []
    const full = function (this: FileHandle): Promise<never> {
      handles.push(this)
      return Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }))
    }
    const spool = new Spool({ budget: new SpoolBudget(1e9), maxBytes: 1e9, folder })
    Object.assign(prototype, { write: full })
    try {
      await spool.append(Buffer.alloc(10))
      expect((await rejection(spool.append(Buffer.alloc(70_000)))).code).to.equal('FILE_FAILED')
    } finally {
      Object.assign(prototype, { write })
    }
    await spool.close()
    expect(handles.map(({ fd }) => fd)).to.deep.equal([-1])
  })

  it('takes no more than its limit, and all of them no more than their budget', async () => {
    const budget = new SpoolBudget(150)
    const [one, other] = [new Spool({ budget, maxBytes: 100 }), new Spool({ budget, maxBytes: 100 })]
    await one.append(Buffer.alloc(100))
    const large = await rejection(one.append(Buffer.alloc(1)))
    expect([large.code, large.detail['option']]).to.deep.equal(['STREAM_LIMIT', 'maxStreamBytes'])
    const full = await rejection(other.append(Buffer.alloc(51)))
    expect([full.code, full.detail['option']]).to.deep.equal(['STREAM_LIMIT', 'maxSpoolBytes'])
    await one.close()
    await other.append(Buffer.alloc(51))
    await other.close()
  })

  it('says so when the folder is gone', async () => {
    const spool = new Spool({ budget: new SpoolBudget(1e9), maxBytes: 1e9, folder: `${folder}/none` })
    expect((await rejection(spool.append(Buffer.alloc(70_000)))).code).to.equal('FILE_FAILED')
    await spool.close()
  })
})

describe('what is cut', () => {
  it('has chunks of exactly one size but for the last, whatever the pieces were, and copies what it holds', async () => {
    for (const sizes of [[], [0], [10], [3, 3, 3, 1], [25], [9, 0, 1, 20], [10, 10]]) {
      const whole = Buffer.from(lcg32(1, 64))
      const pieces = sizes.map((size, at) =>
        Buffer.from(whole.subarray(sizes.slice(0, at).reduce((a, b) => a + b, 0)).subarray(0, size)),
      )
      const chunks: Buffer[] = []
      async function* reusing(): AsyncGenerator<Buffer> {
        for (const piece of pieces) {
          yield piece
          piece.fill(0)
        }
      }
      for await (const chunk of cut(reusing(), 10)) chunks.push(chunk)
      const total = sizes.reduce((a, b) => a + b, 0)
      expect(Buffer.concat(chunks).equals(whole.subarray(0, total)), sizes.join()).to.equal(true)
      expect(chunks.slice(0, -1).every(({ length }) => length === 10)).to.equal(true)
      expect(chunks).to.have.length(Math.ceil(total / 10))
    }
  })
})
