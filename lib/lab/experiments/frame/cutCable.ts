import { type ChildProcess, spawn } from 'node:child_process'
import type { Bench } from '@/lab/experiments/frame/bench.js'

/** What a connection was told after the cable had been cut; without a code it was told nothing while it was watched. */
export interface Told {
  readonly name: 'keepAlive' | 'neither' | 'unanswered'
  readonly code?: string
  readonly afterMs?: number
}

/**
 * The program that runs in a network of its own: three connections over a loopback interface, which is then taken down.
 * No segment comes through any more, not even an end or a reset.
 */
const PROGRAM = `
const { execFileSync } = require('node:child_process')
const { connect, createServer } = require('node:net')
const [, watchMs, keepAliveMs] = process.argv.map(Number)
let cutMs = 0
const told = (line) => process.stdout.write(JSON.stringify(line) + '\\n')
const server = createServer((socket) => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1', async () => {
  const dial = (name, options) => new Promise((resolve) => {
    const socket = connect({ port: server.address().port, host: '127.0.0.1', ...options }, () => resolve(socket))
    socket.on('error', ({ code }) => told({ name, code, afterMs: performance.now() - cutMs }))
  })
  const keepAlive = { keepAlive: true, keepAliveInitialDelay: keepAliveMs }
  await dial('keepAlive', keepAlive)
  await dial('neither', {})
  const unanswered = await dial('unanswered', keepAlive)
  execFileSync('ip', ['link', 'set', 'lo', 'down'])
  cutMs = performance.now()
  unanswered.write('anybody there?')
  told({ cut: true })
  setTimeout(() => process.exit(), watchMs)
})`

/**
 * Cuts the cable between two ends, really: in a network namespace of their own, where this machine lets us have one.
 * @param node the Node.js to start
 * @returns what each connection was told within `watchMs`, or why it could not be done
 */
export const cutCable = async (
  bench: Bench,
  node: string | undefined,
  { watchMs, keepAliveMs }: { readonly watchMs: number; readonly keepAliveMs: number },
): Promise<readonly Told[] | { readonly unseen: string }> => {
  if (node === undefined) return { unseen: 'no process of its own may be started here' }
  const script = 'ip link set lo up && exec "$0" -e "$1" "$2" "$3"'
  const args = ['-Urn', 'sh', '-c', script, node, PROGRAM, String(watchMs), String(keepAliveMs)]
  const child = spawn('unshare', args, { stdio: ['ignore', 'pipe', 'ignore'] })
  bench.use({ [Symbol.asyncDispose]: () => gone(child) })
  let out = ''
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    out = (out + text).slice(-MOST_CHARS)
  })
  await bench.event((done) => child.once('error', () => done()).once('close', () => done()))
  const lines = out.split('\n').flatMap((line) => (line === '' ? [] : [parsed(line)]))
  if (!lines.some((line) => line === 'cut'))
    return {
      unseen: 'this wants a network namespace of its own (unshare -Urn and ip), which this machine does not give us',
    }
  const told = lines.filter((line) => line !== 'cut')
  return (['keepAlive', 'neither', 'unanswered'] as const).map(
    (name) => told.find((one) => one.name === name) ?? { name },
  )
}

const MOST_CHARS = 10_000

const parsed = (line: string): Told | 'cut' => {
  const value: Told | { readonly cut: true } = JSON.parse(line)
  return 'cut' in value ? 'cut' : value
}

/** Kills it, if it still runs. Resolves when it is gone. */
const gone = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('close', () => resolve())
    child.kill('SIGKILL')
  })
