import { byteCount, duration, pace } from '@/cli/amounts.js'
import { HELP, needed, type Options, readArguments } from '@/cli/arguments.js'
import { CLIENT_TLS, clientTls } from '@/cli/certificates.js'
import type { Command } from '@/cli/command.js'
import type { Io } from '@/cli/io.js'
import { plainText } from '@/cli/plainText.js'
import { ProgressBar } from '@/cli/progressBar.js'
import { FILES_PORT, type RemotePath, remotePath } from '@/cli/remotePath.js'
import { Report } from '@/cli/report.js'
import { UsageError } from '@/cli/usageError.js'
import { FileClient, type TransferOptions } from '@/protocols/files/index.js'

const OPTIONS = {
  ...CLIENT_TLS,
  json: { type: 'boolean', help: 'one object instead of a sentence' },
  ...HELP,
} as const satisfies Options

type Transfer = (client: FileClient, local: string, remote: RemotePath, options: TransferOptions) => Promise<number>

/** Both commands are one, but for the direction. */
const mover =
  (event: 'put' | 'get', transfer: Transfer) =>
  async (args: readonly string[], io: Io): Promise<number> => {
    const { values, positionals } = readArguments(args, OPTIONS, 2)
    const [localAt, remoteAt] = event === 'put' ? [0, 1] : [1, 0]
    const local = needed(positionals, localAt, 'LOCAL')
    if (local === '-')
      throw new UsageError(`files ${event} wants a file of this machine, not -`, 'one that is called - is ./-')
    const remote = remotePath(needed(positionals, remoteAt, 'HOST:PORT:REMOTE'))
    const secured = await clientTls(values)
    const report = new Report(io, values.json === true)
    const progress = new ProgressBar(io.stderr)
    const onProgress = (done: number, total: number): void => progress.update(done, total)
    await using client = new FileClient(secured)
    const startedMs = performance.now()
    try {
      const bytes = await transfer(client, local, remote, { onProgress, signal: io.stop })
      const ms = performance.now() - startedMs
      progress.end()
      const [from, to] = event === 'put' ? [local, remote.path] : [remote.path, local]
      const facts = { local, remote: remote.path, bytes, ms: Math.round(ms * 1_000) / 1_000 }
      report.tell(
        event,
        facts,
        `${plainText(from)} -> ${plainText(to)}: ${byteCount(bytes)} in ${duration(ms)} (${pace(bytes, ms)})`,
      )
      return 0
    } finally {
      progress.end()
    }
  }

const NOTES = [
  `HOST:REMOTE without a port means port ${FILES_PORT}, as with the original; [::1]:8088:REMOTE is IPv6.`,
  'The file has its new name only when it is whole; until then whatever had this name stays.',
]

export const filesPut: Command = {
  usage: 'LOCAL HOST:PORT:REMOTE [options]',
  options: OPTIONS,
  notes: NOTES,
  examples: [['files put photo.jpg 127.0.0.1:8088:photo.jpg', 'REMOTE is relative to the root of the server']],
  run: mover('put', (client, local, { address, path }, options) => client.put(local, address, path, options)),
}

export const filesGet: Command = {
  usage: 'HOST:PORT:REMOTE LOCAL [options]',
  options: OPTIONS,
  notes: NOTES,
  examples: [['files get 127.0.0.1:8088:photo.jpg copy.jpg', 'LOCAL is replaced if it is there']],
  run: mover('get', (client, local, { address, path }, options) => client.get(address, path, local, options)),
}
