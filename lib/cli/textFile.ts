import { readFile } from 'node:fs/promises'
import { TransportError } from '@/errors.js'

/** The whole of a text file. @throws TransportError FILE_FAILED */
export const textFile = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const system = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
    throw new TransportError('FILE_FAILED', { path, system }, { cause })
  }
}
