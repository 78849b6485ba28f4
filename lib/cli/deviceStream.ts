import { constants, createReadStream, fstatSync, openSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { isatty, ReadStream } from 'node:tty'

/**
 * Reads a pipe, whose writer may come later, a terminal or a device. Waiting for it blocks no thread, so that it can be
 * destroyed and the program can end meanwhile.
 * @throws what the system says when it cannot be opened
 */
export const deviceStream = (path: string): Readable => {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  if (isatty(fd)) return new ReadStream(fd)
  return fstatSync(fd).isFIFO() ? new Socket({ fd, readable: true, writable: false }) : createReadStream(path, { fd })
}
