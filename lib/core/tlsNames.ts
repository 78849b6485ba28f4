import { isIP } from 'node:net'

/** The protocol both ends name in their TLS hello. */
export const ALPN = 'framewright'

/** The server name of the TLS hello; an address is not a name. */
export const serverName = (host: string): { readonly servername?: string } =>
  isIP(host) === 0 ? { servername: host } : {}
