import { createWriteStream, existsSync } from 'node:fs'
import { expect } from 'chai'
import { Written } from '@/cli/written.js'
import { runProcess } from '../support/cli.js'
import { rejection } from '../support/rejection.js'

const FULL = '/dev/full'

describe('what a command has written, where there is a /dev/full', () => {
  before(function () {
    if (!existsSync(FULL)) this.skip()
  })

  it('is told once as FILE_FAILED when it could not be written, and at every flush', async () => {
    const told: unknown[] = []
    const stream = createWriteStream(FULL)
    const written = new Written(stream, 'there', (reason) => told.push(reason))
    stream.write('one')
    stream.write('two')
    const error = await rejection(written.flush())
    expect([error.code, error.detail]).to.deep.equal(['FILE_FAILED', { path: 'there', system: 'ENOSPC' }])
    expect(await rejection(written.flush())).to.equal(error)
    expect(told).to.deep.equal([error])
  })

  const LINE =
    'framewright: a file could not be read or written (path: standard output, system: ENOSPC) [FILE_FAILED]\n'
  for (const args of ['--help', 'lab list', 'listen 0', 'tour --quick']) {
    it(`makes "${args}" end with 1 and say so when it could not be written`, async () => {
      await using run = runProcess(args.split(' '), FULL)
      expect(await run.ended).to.deep.equal({ code: 1, out: '', err: LINE })
    }).timeout(30_000)
  }
})
