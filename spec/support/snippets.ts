import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { blocksOf, ROOT } from './documents.js'
import { environmentFor, nodeArguments, SCRIPT_EXTENSION } from './runProgram.js'
import type { SnippetRun } from './snippetRunner.js'

/** A TypeScript program in a document. */
export interface Snippet {
  /** Its document and line. */
  readonly place: string
  readonly code: string
  /** It can be run by itself; not so what is marked `ts compiled`. */
  readonly runs: boolean
  /** What the text directly behind it says that it prints; `…` stands for anything. */
  readonly prints: string | undefined
}

/** The programs in a document, in order. */
export const snippetsIn = (document: string): readonly Snippet[] => {
  const blocks = blocksOf(document)
  return blocks.flatMap(({ place, mark, code }, at) => {
    const next = blocks[at + 1]
    const prints = next?.mark === 'text' && next.follows ? next.code : undefined
    return /^ts( compiled)?$/.test(mark) ? [{ place, code, runs: mark === 'ts', prints }] : []
  })
}

/** Writes each program into a file of its own in `folder`. @returns their paths, in order */
export const writeSnippets = async (programs: readonly string[], folder: string): Promise<readonly string[]> => {
  const paths = programs.map((_, at) => join(folder, `snippet-${at + 1}.mts`))
  await Promise.all(programs.map((code, at) => writeFile(paths[at] ?? '', code)))
  return paths
}

/** What the compiler has to say about these files under the settings of the project; nothing, if all is well. */
export const complaintsAbout = async (paths: readonly string[], folder: string): Promise<string> => {
  const config = join(folder, 'tsconfig.json')
  const typeRoots = [join(ROOT, 'node_modules/@types')]
  const compilerOptions = { typeRoots, types: ['node'] }
  await writeFile(
    config,
    JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), files: paths, include: [], compilerOptions }),
  )
  return new Promise((resolve) => {
    execFile(process.execPath, [join(ROOT, 'node_modules/.bin/tsc'), '-p', config], (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    )
  })
}

const RUNNER = fileURLToPath(new URL(`./snippetRunner${SCRIPT_EXTENSION}`, import.meta.url))

/**
 * Runs programs one after the other in one process.
 * @returns how each went, in order, up to the one that ended the process; and what was said on stderr
 */
export const runSnippets = (
  paths: readonly string[],
): Promise<{ readonly runs: readonly SnippetRun[]; readonly complaint: string }> => {
  const args = [...nodeArguments('.ts'), RUNNER, ...paths]
  const options = { cwd: ROOT, env: environmentFor('.ts'), timeout: 60_000, killSignal: 'SIGKILL' } as const
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (_error, stdout, stderr) => {
      const lines = stdout.split('\n').slice(0, -1)
      resolve({ runs: lines.map((line): SnippetRun => JSON.parse(line)), complaint: stderr })
    })
  })
}

/** Whether this is what a document says that a program prints. */
export const printed = (output: string, said: string): boolean => {
  const pattern = said.trimEnd().replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(`^${pattern.replaceAll('…', '[^]*?')}$`).test(output.trimEnd())
}
