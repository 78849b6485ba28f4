import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { format } from 'node:util'
import { openHandles } from './openHandles.js'

// Runs the programs that its arguments name, one after the other in this process, and says in one line of JSON for each
// how it went. One process for all of them: starting it costs more than most of them do.

/** How a program went. */
export interface SnippetRun {
  readonly output: string
  /** What it threw, in words; empty if nothing. */
  readonly threw: string
  /** What it has opened and not closed. */
  readonly left: readonly string[]
}

/** How long what a program has closed may take to be gone. */
const GRACE_MS = 4_000

const run = async (path: string): Promise<SnippetRun> => {
  const lines: string[] = []
  console.log = console.error = (...values: unknown[]) => void lines.push(format(...values))
  let threw = ''
  try {
    await import(pathToFileURL(path).href)
  } catch (error) {
    threw = format(error)
  }
  for (let waited = 0; openHandles().length > 0 && waited < GRACE_MS; waited += 20) await wait(20)
  return { output: lines.join('\n'), threw, left: openHandles() }
}

for (const path of process.argv.slice(2)) process.stdout.write(`${JSON.stringify(await run(path))}\n`)
// Only what has been left open could keep this process.
process.exit()
