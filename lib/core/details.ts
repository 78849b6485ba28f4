import { isIPv6 } from 'node:net'
import { platform } from 'node:os'
import { TransportError } from '@/errors.js'

/** What can be read as an address: text, a port of 127.0.0.1, an address, or its parts. */
export type AddressLike =
  | string
  | number
  | ConnectionDetails
  | { readonly host: string; readonly port: number }
  | { readonly path: string }

const LOOPBACK = '127.0.0.1'
const EVERY_ADDRESS = '::'
const MAX_PORT = 65_535
/** What fits in the system's `sun_path` before its closing zero byte. */
const MAX_PATH_BYTES = platform() === 'linux' ? 107 : 103
/** Characters that no host name has, and that would make the text ambiguous. */
const NOT_IN_HOST = /[\s\p{Cc}/\\[\]@?#,:]/u

const FORMS = 'write HOST:PORT, PORT, :PORT, [IPV6]:PORT, tcp://HOST:PORT or unix:PATH'

/**
 * Where to listen or to connect. Never changes, and is resolved only when used. `String(details)` is text that
 * `parse` reads back.
 */
export class ConnectionDetails {
  /** A name, or an IP address without brackets; `::` is all addresses, IPv4 ones too. Empty for a unix socket. */
  readonly host: string
  /** 0 to 65_535; listening on 0 takes any free port. 0 for a unix socket. */
  readonly port: number
  /** Of a unix socket; undefined for TCP. */
  readonly path: string | undefined

  /** @throws TransportError ADDRESS_INVALID, whose detail says what to write instead */
  constructor(host: string, port: number)
  constructor(unix: { readonly path: string })
  constructor(where: string | { readonly path: string }, port?: number) {
    if (typeof where === 'object' && where !== null) {
      this.host = ''
      this.port = 0
      this.path = checkPath(where.path)
    } else {
      this.host = checkHost(where)
      this.port = checkPort(port)
      this.path = undefined
    }
    Object.freeze(this)
  }

  /**
   * @param path 1 to 107 bytes on Linux, 103 elsewhere, none of them zero
   * @throws TransportError ADDRESS_INVALID
   */
  static unix(path: string): ConnectionDetails {
    return new ConnectionDetails({ path })
  }

  /**
   * `HOST:PORT`, `[::1]:PORT`, `tcp://HOST:PORT`, `PORT` (of 127.0.0.1), `:PORT` (all addresses, IPv6 and IPv4) or
   * `unix:PATH`.
   * @throws TransportError ADDRESS_INVALID
   */
  static parse(text: string): ConnectionDetails {
    if (typeof text !== 'string') throw invalid(text, 'it is not text', FORMS)
    if (text.startsWith('unix:')) return ConnectionDetails.unix(text.slice('unix:'.length))
    const place = text.startsWith('tcp://') ? text.slice('tcp://'.length) : text
    if (/^\d+$/.test(place)) return new ConnectionDetails(LOOPBACK, Number(place))
    const [, host, port] = /^(.*):(\d+)$/su.exec(place) ?? []
    if (host === undefined || port === undefined) throw invalid(text, 'it has no port', FORMS)
    if (isIPv6(host)) throw invalid(text, 'it is not clear where its host ends', `write [${host}]:${port}`)
    return new ConnectionDetails(host === '' ? EVERY_ADDRESS : host, Number(port))
  }

  /**
   * Text is parsed, a number is a port of 127.0.0.1, and details stay the same object.
   * @throws TransportError ADDRESS_INVALID
   */
  static from(value: AddressLike): ConnectionDetails {
    if (value instanceof ConnectionDetails) return value
    if (typeof value === 'string') return ConnectionDetails.parse(value)
    if (typeof value === 'number') return new ConnectionDetails(LOOPBACK, value)
    if (typeof value === 'object' && value !== null) {
      if ('path' in value) return new ConnectionDetails({ path: value.path })
      return new ConnectionDetails(value.host, value.port)
    }
    throw invalid(value, 'it is no address', FORMS)
  }

  /** @throws TransportError ADDRESS_INVALID for port 0, which only a listener can turn into a real one */
  assertConnectable(): void {
    if (this.path === undefined && this.port === 0) {
      throw invalid(this.toString(), 'port 0 is for listening only', 'connect to the port that the server was given')
    }
  }

  toString(): string {
    if (this.path !== undefined) return `unix:${this.path}`
    if (isIPv6(this.host)) return `[${this.host}]:${this.port}`
    // a host that is called unix would be read as the mark of a path
    return this.host === 'unix' ? `tcp://unix:${this.port}` : `${this.host}:${this.port}`
  }
}

const checkHost = (host: unknown): string => {
  if (typeof host !== 'string' || host === '') {
    throw invalid(host, 'the host is empty', `give a name or an IP address, such as ${LOOPBACK}`)
  }
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
  if (isIPv6(bare)) return bare
  const wrong = NOT_IN_HOST.exec(host)?.[0]
  if (wrong === undefined) return host
  throw invalid(host, `a host cannot contain ${JSON.stringify(wrong)}`, 'give a name or an IP address, nothing else')
}

const checkPort = (port: unknown): number => {
  if (typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= MAX_PORT) return port
  throw invalid(port, 'the port is out of range', `give a whole number from 1 to ${MAX_PORT}, or 0 to listen on any`)
}

const checkPath = (path: unknown): string => {
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw invalid(path, 'it is not the path of a socket', 'give the path of a file, such as unix:/run/app.sock')
  }
  const bytes = Buffer.byteLength(path)
  if (bytes <= MAX_PATH_BYTES) return path
  throw invalid(path, `the path has ${bytes} bytes`, `give one of at most ${MAX_PATH_BYTES} bytes, or a relative one`)
}

const invalid = (given: unknown, problem: string, advice: string): TransportError =>
  new TransportError('ADDRESS_INVALID', { given: String(given), problem, advice })
