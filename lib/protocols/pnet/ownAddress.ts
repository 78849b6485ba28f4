import { networkInterfaces } from 'node:os'
import { TransportError } from '@/errors.js'

/** Whether only this machine can reach what listens there. */
export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.')

/** The IPv4 address that an interface of this machine has now, if it is there; an address stands for itself. */
export const addressOfInterface = (name: string): string | undefined =>
  /^\d+(\.\d+){3}$/.test(name) ? name : networkInterfaces()[name]?.find(({ family }) => family === 'IPv4')?.address

/**
 * What others connect to, for a node that listens at `host`: that, or, if it is every address, one that this machine
 * has now.
 * @throws TransportError OPTION_INVALID when there is no such interface
 */
export const reachableHost = (host: string, interfaceName: string | undefined): string => {
  if (host === 'localhost' || host === '::1') return '127.0.0.1'
  if (host !== '' && host !== '::' && host !== '0.0.0.0') return host
  if (interfaceName !== undefined) return presentAddress(interfaceName)
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'
}

/** @throws TransportError OPTION_INVALID when there is no such interface */
export const presentAddress = (interfaceName: string): string => {
  const address = addressOfInterface(interfaceName)
  if (address !== undefined) return address
  const expected = `an IPv4 address, or one of ${Object.keys(networkInterfaces()).join(', ')}`
  throw new TransportError('OPTION_INVALID', { option: 'interface', given: interfaceName, expected })
}
