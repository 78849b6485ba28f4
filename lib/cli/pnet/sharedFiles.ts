import { createReadStream } from 'node:fs'
import { access, constants, readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Called, watched, watchedStream } from '@/cli/pnet/moduleFunctions.js'
import { systemError } from '@/core/index.js'
import { type CommandNode, CommandRefusal } from '@/protocols/pnet/index.js'
import { TransportError } from '@/errors.js'

/**
 * Lets peers read the files of one folder, by their names: `list_files` names them, and `read_file` gives one as a
 * stream. What lies deeper, and what is no plain file, is not there for them.
 * @throws TransportError FILE_FAILED when there is no such folder
 */
export const shareFiles = async (node: CommandNode, folder: string, called: Called): Promise<void> => {
  const root = await folderAt(folder)
  const listFiles = async (): Promise<string[]> => {
    const entries = await readdir(root, { withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .toSorted()
  }
  node.register('list_files', watched('list_files', listFiles, called))
  node.registerStream(
    'read_file',
    watchedStream(
      'read_file',
      async (_, input) => createReadStream(await fileIn(root, await input.text(4_096))),
      called,
    ),
  )
}

const fileIn = async (root: string, name: string): Promise<string> => {
  const entries = await readdir(root, { withFileTypes: true })
  // Only what the folder itself names: no path leads out of it.
  if (entries.some((entry) => entry.isFile() && entry.name === name)) return join(root, name)
  throw new CommandRefusal('there is no such file')
}

const folderAt = async (folder: string): Promise<string> => {
  try {
    const root = await realpath(folder)
    if ((await stat(root)).isDirectory()) {
      await access(root, constants.R_OK)
      return root
    }
  } catch (cause) {
    const failure = systemError(cause, 'FILE_FAILED', { path: folder })
    if (failure.detail['system'] !== 'ENOENT') throw failure
    throw new TransportError('FILE_FAILED', { path: folder, says: 'there is no such folder' }, { cause })
  }
  throw new TransportError('FILE_FAILED', { path: folder, says: 'it is not a folder' })
}
