import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ROOT } from './documents.js'

/** How a program ended and what it said, on stdout and stderr together. */
export interface Ran {
  readonly exitCode: number | string | null
  readonly output: string
}

/** The programs that specs start, and this spec itself, are TypeScript run by tsx, or what the build made of it. */
export const SCRIPT_EXTENSION = import.meta.url.endsWith('.ts') ? '.ts' : '.js'

/** What Node takes before the name of a script. TypeScript goes through tsx, and its coverage would be a guess: none. */
export const nodeArguments = (script: string): readonly string[] => [
  '--unhandled-rejections=strict',
  '--throw-deprecation',
  ...(script.endsWith('ts') ? ['--import', 'tsx'] : []),
]

export const environmentFor = (script: string): NodeJS.ProcessEnv => {
  const { NODE_V8_COVERAGE: _, ...uncovered } = process.env
  return script.endsWith('ts') ? uncovered : process.env
}

export interface RunOptions {
  /** A module to be loaded before the script. */
  readonly preload?: URL
  /** It is killed when it takes longer. @default 15_000 */
  readonly timeoutMs?: number
}

/** Runs a script to its end, in the folder of the project. */
export const runProgram = (
  script: URL | string,
  args: readonly string[] = [],
  { preload, timeoutMs = 15_000 }: RunOptions = {},
): Promise<Ran> => {
  const path = script instanceof URL ? fileURLToPath(script) : script
  const before = preload === undefined ? [] : [...nodeArguments(preload.pathname), '--import', preload.href]
  const env = environmentFor(preload?.pathname ?? path)
  const options = { cwd: ROOT, env, timeout: timeoutMs, killSignal: 'SIGKILL' } as const
  return new Promise((resolve) => {
    execFile(process.execPath, [...before, ...nodeArguments(path), path, ...args], options, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : (error.code ?? error.signal ?? null)
      resolve({ exitCode, output: stdout + stderr })
    })
  })
}
