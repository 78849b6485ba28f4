import { lstat, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, parse, sep } from 'node:path'
import { systemError } from '@/core/index.js'
import { FileRefusal } from '@/protocols/files/fileRefusal.js'
import { FileSource } from '@/protocols/files/fileSource.js'
import { PartFile } from '@/protocols/files/partFile.js'
import { TransportError } from '@/errors.js'

/**
 * The one folder that peers may see. Paths are relative to it; what lies outside, named directly or behind a symbolic
 * link, does not exist for them. It does not guard against other programs of this machine that move links about in it.
 */
export class SharedFolder {
  readonly #root: string

  private constructor(root: string) {
    this.#root = root
  }

  /** @throws TransportError FILE_FAILED when `root` is no folder, or one that this program may not enter */
  static async at(root: string): Promise<SharedFolder> {
    try {
      const real = await realpath(root)
      // What is in it can be seen by those only who may enter it; of the folder itself everybody may know.
      if ((await stat(real)).isDirectory() && (await stat(`${real}${sep}.`)).isDirectory())
        return new SharedFolder(real)
    } catch (cause) {
      const failure = systemError(cause, 'FILE_FAILED', { path: root })
      if (failure.detail['system'] !== 'ENOENT') throw failure
      throw new TransportError('FILE_FAILED', { path: root, says: 'there is no such folder' }, { cause })
    }
    throw new TransportError('FILE_FAILED', { path: root, says: 'it is not a folder' })
  }

  /** @throws the system's error or FileRefusal */
  async read(path: string): Promise<FileSource> {
    return FileSource.open(await this.#inside(await this.#place(path)), false)
  }

  /** @throws the system's error or FileRefusal */
  async write(path: string): Promise<PartFile> {
    const place = await this.#place(path)
    const link = await lstat(place).then(
      (about) => about.isSymbolicLink(),
      () => false,
    )
    return PartFile.create(link ? await this.#inside(place) : place)
  }

  /** Where `path` is; of its last part nothing is known yet. */
  async #place(path: string): Promise<string> {
    if (path === '') throw new FileRefusal('ENOENT')
    if (path.includes('\0')) throw new FileRefusal('EINVAL')
    const parts = path.split(sep === '\\' ? /[\\/]/ : '/')
    if (parse(path).root !== '' || parts.includes('..')) throw new FileRefusal('EACCES')
    const parent = await this.#inside(join(this.#root, dirname(path)))
    if (parts.at(-1) === '' || parts.at(-1) === '.') throw new FileRefusal('EISDIR')
    return join(parent, basename(path))
  }

  /** What a path leads to in the end. @throws FileRefusal when that is outside */
  async #inside(path: string): Promise<string> {
    const real = await realpath(path).catch(async (error: unknown) => {
      // A link to nothing may be a link out of here; whoever asks does not learn which.
      throw await lstat(path).then(
        () => new FileRefusal('EACCES'),
        () => error,
      )
    })
    const root = this.#root.endsWith(sep) ? this.#root : this.#root + sep
    if (real !== this.#root && !real.startsWith(root)) throw new FileRefusal('EACCES')
    return real
  }
}
