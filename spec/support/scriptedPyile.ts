import { connect } from 'node:net'
import type { PeerAddress } from '@/protocols/pyile/index.js'
import { RawPeer } from './rawPeer.js'
import type { RecordedStep, Side } from './replay.js'

/** A raw peer that comes from an address of its own. */
export const rawFrom = ([host, port]: PeerAddress, localAddress = '127.0.0.1'): Promise<RawPeer> =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port, localAddress, allowHalfOpen: true, noDelay: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(new RawPeer(socket))
    })
  })

/** Sends text. */
export const say = (peer: RawPeer, text: string): RawPeer => peer.send(Buffer.from(text))

/** Waits for exactly this text. */
export const hear = async (peer: RawPeer, text: string): Promise<void> => {
  const got = (await peer.read(Buffer.byteLength(text))).toString()
  if (got !== text) throw new Error(`got ${got} where ${text} was expected`)
}

export interface PlayOptions {
  /** Puts what is true in this run, such as ports, in the place of what was recorded. */
  readonly rewrite?: (text: string) => string
  /** Called before the step is waited for, or after it was taken. */
  readonly at?: (step: RecordedStep, text: string) => void
}

/** Plays one side of a recording, step by step; ends with `rst` are taken for any end. */
export const playSide = async (
  peer: RawPeer,
  steps: readonly RecordedStep[],
  side: Side,
  { rewrite = (text) => text, at = () => {} }: PlayOptions = {},
): Promise<void> => {
  for (const step of steps) {
    const text = rewrite(Buffer.from(step.hex ?? '', 'hex').toString())
    if (step.from === side) {
      if (step.close === undefined) say(peer, text)
      else peer.fin()
      at(step, text)
    } else {
      at(step, text)
      if (step.close === undefined) await hear(peer, text)
      else await peer.ended
    }
  }
}

/** A joiner without a protocol that goes through a whole join. */
export const rawJoin = async (
  auth: { readonly address: PeerAddress; readonly distAddress: PeerAddress; readonly peers: readonly PeerAddress[] },
  address: PeerAddress,
  localAddress = '127.0.0.1',
): Promise<{ readonly main: RawPeer; readonly distribution: RawPeer } & AsyncDisposable> => {
  const main = await rawFrom(auth.address, localAddress)
  await hear(main, '{"banned": false}')
  say(main, '{"shadow": "password"}')
  await hear(main, '{"authenticated": true}')
  say(main, `{"peer_address": ["${address[0]}", ${address[1]}]}`)
  await hear(main, listText([...auth.peers, address]))
  await hear(main, `{"dist_addr": ["${auth.distAddress[0]}", ${auth.distAddress[1]}]}`)
  const distribution = await rawFrom(auth.distAddress, localAddress)
  await hear(main, '{"<3": true}')
  await hear(distribution, listText(auth.peers))
  const dispose = async (): Promise<void> => {
    await Promise.all([main[Symbol.asyncDispose](), distribution[Symbol.asyncDispose]()])
  }
  return { main, distribution, [Symbol.asyncDispose]: dispose }
}

/** A list as it is sent. */
export const listText = (peers: readonly PeerAddress[]): string =>
  `{"distro": [${peers.map(([host, port]) => `["${host}", ${port}]`).join(', ')}]}`
