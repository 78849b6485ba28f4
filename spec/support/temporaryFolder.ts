import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new empty folder, by its real path. */
export const temporaryFolder = async (): Promise<string> => realpath(await mkdtemp(join(tmpdir(), 'framewright-')))

export const removeFolder = (path: string): Promise<void> => rm(path, { recursive: true, force: true })
