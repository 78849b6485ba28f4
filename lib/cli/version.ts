import { readFile } from 'node:fs/promises'

/** The version of the package that this file belongs to, wherever it was built to. */
export const version = async (): Promise<string> => {
  for (const above of ['../../', '../../../', '../../../../']) {
    const text = await readFile(new URL(`${above}package.json`, import.meta.url), 'utf8').catch(() => '{}')
    const about: unknown = JSON.parse(text)
    if (typeof about !== 'object' || about === null || !('name' in about) || about.name !== 'framewright') continue
    if ('version' in about) return String(about.version)
  }
  return 'unknown'
}
