import { readFile, writeFile } from 'node:fs/promises'
import { systemError } from '@/core/index.js'

/** The whole of a text file. @throws TransportError FILE_FAILED */
export const textFile = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw systemError(error, 'FILE_FAILED', { path })
  }
}

/** Makes a text file, in place of what was there unless `how` forbids it. @throws TransportError FILE_FAILED */
export const writeTextFile = async (
  path: string,
  text: string,
  how: { readonly mode?: number; readonly flag?: string } = {},
): Promise<void> => {
  try {
    await writeFile(path, text, how)
  } catch (error) {
    throw systemError(error, 'FILE_FAILED', { path })
  }
}
