import { setTimeout as pause } from 'node:timers/promises'
import { plainText } from '@/cli/plainText.js'
import type { Facts } from '@/cli/report.js'
import type { Peer, StpServer } from '@/protocols/stp/index.js'

/** A peer as people tell it from others. */
export const peerName = ({ user, ip, tcpport }: Peer): string =>
  plainText(`${user ?? 'somebody'} at ${ip}${tcpport === undefined ? '' : `:${tcpport}`}`)

/** A peer, for an event. */
export const peerFacts = ({ user, ip, tcpport, udpport, hostname, keyExposed }: Peer): Facts => ({
  user: user ?? null,
  ip,
  tcpport: tcpport ?? null,
  udpport: udpport ?? null,
  hostname: hostname ?? null,
  keyExposed,
})

/** Whether a peer is meant by `USER`, `IP` or `IP:PORT`. */
export const isMeant = (typed: string, { user, ip, tcpport }: Peer): boolean =>
  typed === user || typed === ip || typed === `${ip}:${tcpport ?? ''}`

/**
 * Asks for all peers once, and waits until there is one like this, or for `waitMs`, or until `stop` fires.
 * @param wanted never true waits for the whole time
 */
export const askForPeers = async (
  server: StpServer,
  wanted: (peer: Peer) => boolean,
  waitMs: number,
  stop: AbortSignal,
): Promise<Peer | undefined> => {
  const found = new AbortController()
  const look = (): Peer | undefined => server.peers.find(wanted)
  server.addMiddleware(() => {
    if (look() !== undefined) found.abort()
  })
  await server.requestSync()
  await pause(waitMs, undefined, { signal: AbortSignal.any([stop, found.signal]) }).catch(() => {})
  return look()
}
