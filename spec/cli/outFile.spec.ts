import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { OutFile } from '@/cli/outFile.js'
import { rejection } from '../support/rejection.js'
import { removeFolder, temporaryFolder } from '../support/temporaryFolder.js'

describe('the file that a stream goes to', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await temporaryFolder()
    await writeFile(join(folder, 'a'), 'as before')
  })
  afterEach(() => removeFolder(folder))
  const write = async (name: string, keep: boolean): Promise<void> => {
    await using file = await OutFile.open(join(folder, name))
    await file.write(Buffer.from('one '))
    await file.write(Buffer.from('two'))
    if (keep) await file.keep()
  }

  it('is there when it is whole, in place of what had its name', async () => {
    for (const name of ['a', 'b']) await write(name, true)
    expect((await readdir(folder)).toSorted()).to.deep.equal(['a', 'b'])
    for (const name of ['a', 'b']) expect(await readFile(join(folder, name), 'utf8')).to.equal('one two')
  })

  it('leaves what was there, and nothing else, when it is not kept', async () => {
    for (const name of ['a', 'b']) await write(name, false)
    expect(await readdir(folder)).to.deep.equal(['a'])
    expect(await readFile(join(folder, 'a'), 'utf8')).to.equal('as before')
  })

  it('is written to at once where it is no plain file, and never replaced', async () => {
    await using file = await OutFile.open('/dev/null')
    await file.write(Buffer.from('one'))
    await file.keep()
    expect(await readFile('/dev/null', 'utf8')).to.equal('')
  })

  it('has the word of the system for what cannot be opened', async () => {
    const { code, detail } = await rejection(OutFile.open(join(folder, 'none', 'a')))
    expect([code, detail['system']]).to.deep.equal(['FILE_FAILED', 'ENOENT'])
    expect((await rejection(OutFile.open(folder))).detail['system']).to.equal('EISDIR')
  })
})
