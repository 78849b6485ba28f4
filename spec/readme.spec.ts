import { expect } from 'chai'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { codeBlocks, ROOT } from './support/documents.js'
import { environmentFor, nodeArguments, runProgram } from './support/runProgram.js'
import { snippetsIn, writeSnippets } from './support/snippets.js'
import { removeFolder, temporaryFolder } from './support/temporaryFolder.js'

/** The address that the README uses. */
const ADDRESS = '127.0.0.1:4000'

describe('the README', () => {
  let folder: string
  const started: ChildProcess[] = []

  beforeEach(async () => {
    folder = await temporaryFolder()
  })
  afterEach(async () => {
    for (const child of started.splice(0)) {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    }
    await removeFolder(folder)
  })

  /** The files of its programs, with another address in place of its own. */
  const programs = (address: string): Promise<readonly string[]> =>
    writeSnippets(
      snippetsIn('README.md').map(({ code }) => code.replace(ADDRESS, address)),
      folder,
    )

  it('gives the two commands that do everything, each on a line of its own', () => {
    const commands = codeBlocks('README.md', 'sh').flatMap((block) => block.trim().split('\n'))
    expect(commands).to.include.members(['npm install && npm start', 'npm install && npm test'])
  })

  it('has an echo server of at most ten lines', () => {
    const [server = ''] = codeBlocks('README.md', 'ts')
    expect(server.trim().split('\n')).to.have.lengthOf.at.most(10)
  })

  it('has an echo server and a client that do what it says', async function () {
    this.timeout(20_000)
    const [serverPath = ''] = await programs('127.0.0.1:0')
    const server = spawn(process.execPath, [...nodeArguments(serverPath), serverPath], {
      cwd: ROOT,
      env: environmentFor(serverPath),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    started.push(server)
    const [line] = await once(createInterface(server.stdout), 'line')
    const [, address = ''] = /^listening at (127\.0\.0\.1:\d+)$/.exec(String(line)) ?? []
    const [, clientPath = ''] = await programs(address)
    expect(await runProgram(clientPath)).to.deep.equal({ exitCode: 0, output: 'hello came back\n' })
  })

  it('has a program that shows what an error says', async function () {
    this.timeout(20_000)
    const [, , path = ''] = await programs(ADDRESS)
    expect(await runProgram(path)).to.deep.equal({ exitCode: 0, output: 'CONNECT_REFUSED system\n' })
  })
})
