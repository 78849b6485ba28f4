import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codeBlocks, ROOT, textOf } from './documents.js'

/** The TypeScript programs in a document, each as a file of its own in `folder`. @param changed applied to each text */
export const snippetsOf = async (
  document: string,
  folder: string,
  changed = (code: string): string => code,
): Promise<readonly string[]> => {
  const programs = codeBlocks(textOf(document), 'ts')
  const paths = programs.map((_, at) => join(folder, `snippet-${at + 1}.mts`))
  await Promise.all(programs.map((code, at) => writeFile(paths[at] ?? '', changed(code))))
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
