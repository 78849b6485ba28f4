import { isDigits, targetFrom } from '@/cli/addressOption.js'
import { UsageError } from '@/cli/usageError.js'
import { ConnectionDetails } from '@/core/index.js'

/** A file at a server. */
export interface RemotePath {
  readonly address: ConnectionDetails
  readonly path: string
}

/** Where the original server listens unless told otherwise. */
export const FILES_PORT = 8_088

/**
 * Reads `HOST:PORT:PATH`, or `HOST:PATH` as the original does; `[::1]:PORT:PATH` for IPv6. With a port, the path may
 * have colons.
 * @throws UsageError
 */
export const remotePath = (text: string): RemotePath => {
  const [, host, rest] = /^(\[[^\]]*\]|[^:]*):(.*)$/su.exec(text) ?? []
  if (host === undefined || rest === undefined) {
    throw new UsageError(`${JSON.stringify(text)} is no file at a server`, 'write HOST:PORT:PATH')
  }
  if (isDigits(host)) {
    throw new UsageError(
      `${JSON.stringify(text)} has digits alone for a host`,
      `write HOST:PORT:PATH, such as 127.0.0.1:${text}`,
    )
  }
  const [, port, path = rest] = /^([^:]*):(.*)$/su.exec(rest) ?? []
  if (port !== undefined && !/^\d+$/.test(port)) {
    throw new UsageError(
      `${JSON.stringify(text)} has no port`,
      'write HOST:PORT:PATH, so that the path may have colons',
    )
  }
  if (path === '') throw new UsageError(`${JSON.stringify(text)} names no file`, 'write HOST:PORT:PATH')
  const address = targetFrom(`${host === '' ? '127.0.0.1' : host}:${port ?? FILES_PORT}`)
  return { address, path }
}
