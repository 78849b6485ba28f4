import { UsageError } from '@/cli/usageError.js'
import { ConnectionDetails } from '@/core/index.js'
import { TransportError } from '@/errors.js'

/** An address as it was typed, to listen at. @throws UsageError */
export const addressFrom = (text: string): ConnectionDetails => addressThat(text, () => {})

/** An address as it was typed, to connect to. @throws UsageError */
export const targetFrom = (text: string): ConnectionDetails =>
  addressThat(text, (details) => details.assertConnectable())

const addressThat = (text: string, check: (details: ConnectionDetails) => void): ConnectionDetails => {
  try {
    const details = ConnectionDetails.parse(text)
    if (isDigits(details.host))
      throw new UsageError(
        `${JSON.stringify(text)} has digits alone for a host`,
        `write HOST:PORT, such as 127.0.0.1:${details.host}, or PORT alone for this machine`,
      )
    check(details)
    return details
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
    const { problem, advice } = error.detail
    throw new UsageError(`${JSON.stringify(text)} is no address: ${String(problem)}`, String(advice))
  }
}

/** A port, most likely: as a host, 4001 would be 0.0.15.161, which nobody means. */
export const isDigits = (host: string): boolean => /^\d+$/.test(host)

/** An address of a protocol that needs TCP. @throws UsageError for a unix socket */
export const tcpOnly = (details: ConnectionDetails): ConnectionDetails => {
  if (details.path === undefined) return details
  throw new UsageError(
    `${JSON.stringify(String(details))} is a unix socket, and this goes over TCP alone`,
    'write HOST:PORT',
  )
}

/** Of a server that listens, for an event. */
export const addressFacts = ({ host, port, path }: ConnectionDetails) =>
  path === undefined ? { host, port } : { path }
