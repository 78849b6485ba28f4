import type { Server } from 'node:net'

/** The TCP port at which `listener` listens. */
export const portOf = (listener: Server): number => {
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('it does not listen on TCP')
  return address.port
}
