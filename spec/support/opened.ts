import type { RawPeer } from './rawPeer.js'

/** Lets a raw peer answer the opening of a client's connection, and gives that connection. */
export const opened = async <C>(ends: { readonly peer: RawPeer; readonly connected: Promise<C> }): Promise<C> => {
  await ends.peer.open()
  return ends.connected
}
