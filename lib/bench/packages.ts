import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const OWN = 'framewright'
/** Deeper than any file of this package lies in it, however it was built. */
const DEEPEST = 8

/** The version of a package that contenders may import, or undefined where it is not installed. */
export const packageVersion = (name: string): string | undefined => {
  if (name === OWN) return ownPackage().version
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    const about = aboutPackage(join(folder, name))
    if (about !== undefined) return about.version
  }
  return undefined
}

/** Those that are not installed. */
export const missingPackages = (names: readonly string[]): string[] =>
  names.filter((name) => packageVersion(name) === undefined)

/** Where this package lies, and which it is. */
export const ownPackage = (): { readonly folder: string; readonly version: string } => {
  let folder = dirname(fileURLToPath(import.meta.url))
  for (let step = 0; step < DEEPEST; step++) {
    const about = aboutPackage(folder)
    if (about?.name === OWN) return { folder, version: about.version }
    folder = dirname(folder)
  }
  return { folder, version: 'unknown' }
}

const aboutPackage = (folder: string): { readonly name: string; readonly version: string } | undefined => {
  try {
    const about: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    if (typeof about !== 'object' || about === null) return undefined
    return {
      name: 'name' in about ? String(about.name) : '',
      version: 'version' in about ? String(about.version) : 'unknown',
    }
  } catch {
    return undefined
  }
}
