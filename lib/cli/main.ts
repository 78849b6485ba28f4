#!/usr/bin/env node
import { COMMANDS } from '@/cli/commands.js'
import { dispatch } from '@/cli/dispatch.js'
import { Written } from '@/cli/written.js'

const stop = new AbortController()

// The first signal asks for an orderly end, the second does not wait for it.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(code)
    stop.abort(signal)
  })
}
const output = new Written(process.stdout, 'standard output', (reason) => stop.abort(reason))
const complaints = new Written(process.stderr, 'standard error', () => {})

const [executable = 'node', program = '', ...args] = process.argv
const exitCode = await dispatch(COMMANDS, args, {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  stop: stop.signal,
  flush: () => output.flush(),
  environment: process.env,
  self: [executable, ...process.execArgv, program],
})
await complaints.flush().catch(() => {})
// What a module of others has left behind, such as a timer, keeps nothing alive.
process.exit(exitCode)
