import { expect } from 'chai'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { codeBlocks, ROOT, textOf } from './support/documents.js'
import { environmentFor, nodeArguments, runProgram, SCRIPT_EXTENSION } from './support/runProgram.js'
import { complaintsAbout, snippetsOf } from './support/snippets.js'
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

  it('gives the two commands that do everything, each on a line of its own', () => {
    const commands = codeBlocks(textOf('README.md'), 'sh').flatMap((block) => block.trim().split('\n'))
    expect(commands).to.include.members(['npm install && npm start', 'npm install && npm test'])
  })

  it('has an echo server of at most ten lines', () => {
    const [server = ''] = codeBlocks(textOf('README.md'), 'ts')
    expect(server.trim().split('\n')).to.have.lengthOf.at.most(10)
  })

  it('has programs that compile under the settings of the project', async function () {
    this.timeout(20_000)
    expect(await complaintsAbout(await snippetsOf('README.md', folder), folder)).to.equal('')
  })

  it('has an echo server and a client that do what it says', async function () {
    this.timeout(20_000)
    const [serverPath = ''] = await snippetsOf('README.md', folder, (code) => code.replace(ADDRESS, '127.0.0.1:0'))
    const server = spawn(process.execPath, [...nodeArguments(serverPath), serverPath], {
      cwd: ROOT,
      env: environmentFor(serverPath),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    started.push(server)
    const [line] = await once(createInterface(server.stdout), 'line')
    const [, address = ''] = /^listening at (127\.0\.0\.1:\d+)$/.exec(String(line)) ?? []
    const [, clientPath = ''] = await snippetsOf('README.md', folder, (code) => code.replace(ADDRESS, address))
    expect(await runProgram(clientPath)).to.deep.equal({ exitCode: 0, output: 'hello came back\n' })
  })

  it('has a program that shows what an error says', async function () {
    this.timeout(20_000)
    const [, , path = ''] = await snippetsOf('README.md', folder)
    expect(await runProgram(path)).to.deep.equal({ exitCode: 0, output: 'CONNECT_REFUSED system\n' })
  })

  it('has command lines that the command line knows', async function () {
    this.timeout(60_000)
    const main = new URL(`../lib/cli/main${SCRIPT_EXTENSION}`, import.meta.url)
    const lines = codeBlocks(textOf('README.md'), 'sh').flatMap((block) => block.match(/^framewright .*$/gm) ?? [])
    expect(lines).to.have.lengthOf(12)
    for (const line of lines) {
      const [, command = '', rest = ''] =
        /^framewright ((?:chat |files |stp |pnet |pyile |lonely |lab )?\w+)([^#]*)/.exec(line) ?? []
      const { exitCode, output } = await runProgram(main, [...command.split(' '), '--help'])
      expect(exitCode, line).to.equal(0)
      expect(output, line).to.include(`framewright ${command}`)
      for (const [option] of rest.matchAll(/--\w+/g)) expect(output, line).to.include(option)
    }
  })
})
