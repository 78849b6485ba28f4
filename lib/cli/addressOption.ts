import { UsageError } from '@/cli/usageError.js'
import { ConnectionDetails } from '@/core/index.js'
import { TransportError } from '@/errors.js'

/** An address as it was typed. @throws UsageError */
export const addressFrom = (text: string): ConnectionDetails => {
  try {
    return ConnectionDetails.parse(text)
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
    const { problem, advice } = error.detail
    throw new UsageError(`${JSON.stringify(text)} is no address: ${String(problem)}`, String(advice))
  }
}

/** Of a server that listens, for an event. */
export const addressFacts = ({ host, port, path }: ConnectionDetails) =>
  path === undefined ? { host, port } : { path }
