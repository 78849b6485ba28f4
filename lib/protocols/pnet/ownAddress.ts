import { networkInterfaces } from 'node:os'

/** Whether only this machine can reach what listens there. */
export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.')

/** The IPv4 address that an interface of this machine has now, if it is there; an address stands for itself. */
export const addressOfInterface = (name: string): string | undefined =>
  /^\d+(\.\d+){3}$/.test(name) ? name : networkInterfaces()[name]?.find(({ family }) => family === 'IPv4')?.address

/**
 * What others connect to, for a node that listens at `host`: that, or, if it is every address, one that this machine
 * has now.
 * @param chosen that one; undefined leaves it to us
 */
export const reachableHost = (host: string, chosen: string | undefined): string => {
  if (host === 'localhost' || host === '::1') return '127.0.0.1'
  if (host !== '' && host !== '::' && host !== '0.0.0.0') return host
  if (chosen !== undefined) return chosen
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'
}
