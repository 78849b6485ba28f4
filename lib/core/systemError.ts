import { type Code, type Detail, TransportError } from '@/errors.js'

/** What means something else, or nothing, to a listener or an open connection. */
const CONNECTING: Readonly<Record<string, Code>> = {
  ECONNREFUSED: 'CONNECT_REFUSED',
  ENOENT: 'CONNECT_REFUSED',
  ETIMEDOUT: 'CONNECT_TIMEOUT',
}

const NAMED: Readonly<Record<string, Code>> = {
  ENOTFOUND: 'NAME_UNRESOLVED',
  EAI_AGAIN: 'NAME_UNRESOLVED',
  EADDRINUSE: 'ADDRESS_IN_USE',
  ECONNRESET: 'CONNECTION_RESET',
  EPIPE: 'CONNECTION_BROKEN',
}

/**
 * An error of the system in our words: its own code becomes the detail `system`, the error itself the cause.
 * @param otherwise the code for what has no better name
 */
export const systemError = (error: unknown, otherwise: Code, detail: Detail = {}): TransportError => {
  if (error instanceof TransportError) return error
  const system = systemCode(error)
  const named = otherwise === 'CONNECT_FAILED' ? { ...CONNECTING, ...NAMED } : NAMED
  const code = (system === undefined ? undefined : named[system]) ?? (isTls(system) ? 'TLS_FAILED' : otherwise)
  const says = system === undefined && error instanceof Error ? error.message : undefined
  return new TransportError(code, { ...detail, system, says }, { cause: error })
}

/** The system's own name of an error, such as `ENODEV`; undefined when it has none. */
export const systemCode = (error: unknown): string | undefined => {
  // Connecting to several addresses at once fails with one error for each; the first speaks for all.
  if (error instanceof AggregateError) return systemCode(error.errors[0])
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

const isTls = (system: string | undefined): boolean =>
  system !== undefined && /^(ERR_SSL|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH)/.test(system)
