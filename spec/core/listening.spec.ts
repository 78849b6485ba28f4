import { expect } from 'chai'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Connection } from '@/core/connection.js'
import { PlainClient, PlainServer } from '../support/pair.js'
import { rejection } from '../support/rejection.js'
import { removeFolder, temporaryFolder } from '../support/temporaryFolder.js'

class Plain extends Connection {}

describe('a server at a unix socket', () => {
  let folder = ''
  let path = ''
  beforeEach(async () => {
    folder = await temporaryFolder()
    path = join(folder, 'app.sock')
  })
  afterEach(() => removeFolder(folder))

  /** The file of a socket that nobody listens on, as a program that was killed leaves it behind. */
  const leaveBehind = async (): Promise<void> => {
    const dead = createServer().listen(`${path}.dead`)
    await once(dead, 'listening')
    await rename(`${path}.dead`, path)
    await new Promise((resolve) => dead.close(resolve))
  }

  it('takes over the file of a server that was killed', async () => {
    await leaveBehind()
    expect(existsSync(path)).to.equal(true)
    await using server = new PlainServer({ listen: [`unix:${path}`], handler: Plain })
    await server.start()
    await using client = new PlainClient({ handler: Plain })
    expect((await client.connectTo(`unix:${path}`)).phase).to.equal('open')
  })

  it('leaves a server alone that listens there', async () => {
    await using first = new PlainServer({ listen: [`unix:${path}`], handler: Plain })
    await first.start()
    await using second = new PlainServer({ listen: [`unix:${path}`] })
    expect(await rejection(second.start())).to.include({ code: 'ADDRESS_IN_USE', fault: 'system' })
    await using client = new PlainClient({ handler: Plain })
    expect((await client.connectTo(`unix:${path}`)).phase).to.equal('open')
  })

  it('removes no plain file, and no link to a socket', async () => {
    await writeFile(path, 'precious')
    const link = join(folder, 'link.sock')
    await using server = new PlainServer({ listen: [`unix:${path}`] })
    expect(await rejection(server.start())).to.have.property('code', 'ADDRESS_IN_USE')
    expect(await readFile(path, 'utf8')).to.equal('precious')
    path = join(folder, 'other.sock')
    await leaveBehind()
    await symlink(path, link)
    await using other = new PlainServer({ listen: [`unix:${link}`] })
    expect(await rejection(other.start())).to.have.property('code', 'ADDRESS_IN_USE')
    expect(existsSync(link)).to.equal(true)
  })
})
