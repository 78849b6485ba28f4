import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { CommandNode, type Peer as PnetPeer } from '@/protocols/pnet/index.js'
import { type StpOptions, StpServer } from '@/protocols/stp/index.js'
import type { TransportError } from '@/errors.js'
import { ALICE, BOB } from './pnetRecordings.js'

/**
 * A program that lives on one network interface: an STP server and a pnet node of one name, which tell on stdout whom
 * they find and lose. A line on stdin, `NAME`, asks both to talk to the peer of that name. It ends with its input.
 */
const [name = '', interfaceName = ''] = process.argv.slice(2)

const say = (event: object): void => void process.stdout.write(`${JSON.stringify(event)}\n`)

const LIFE_MS = 1_000
const OFTEN_MS = 100

const key = name === 'alice' ? ALICE : BOB

class Stp extends StpServer {
  constructor(options: StpOptions) {
    super(options)
    this.onPeerListUpdate((come, gone) => {
      if (come !== null) say({ stp: 'here', user: come.user, ip: come.ip })
      for (const { user, ip } of gone) say({ stp: 'gone', user, ip })
    })
    this.route('/hello', ({ data, user }) => say({ stp: 'heard', user, data }))
  }

  protected override errorRaised(error: TransportError): void {
    say({ stp: 'raised', code: error.code, system: error.detail['system'] })
  }
}

class Pnet extends CommandNode {
  protected override peerJoined({ name: peer, host }: PnetPeer): void {
    say({ pnet: 'here', name: peer, host })
  }
  protected override peerChanged({ name: peer, host }: PnetPeer): void {
    say({ pnet: 'changed', name: peer, host })
  }
  protected override peerExpired({ name: peer, host }: PnetPeer): void {
    say({ pnet: 'gone', name: peer, host })
  }
  protected override errorRaised(error: TransportError): void {
    say({ pnet: 'raised', code: error.code, system: error.detail['system'] })
  }
}

const stp = new Stp({
  user: name,
  multicastInterface: interfaceName,
  firstSyncMs: 0,
  syncMs: OFTEN_MS,
  sweepMs: OFTEN_MS,
  rejoinMs: OFTEN_MS,
  peerLifeMs: LIFE_MS,
  key: key.exportPem(),
})
const pnet = new Pnet({
  name,
  key,
  listen: '0.0.0.0:3333',
  interface: interfaceName,
  advertiseIntervalMs: OFTEN_MS,
  peerLifetimeMs: LIFE_MS,
})
pnet.register('greet', (_call, who: string) => `${name} greets ${who}`)

await stp.listen()
await pnet.serve()
say({ ready: name })

/** On a machine with much else to do, a peer may be thought gone for a while. */
const talk = async (peer: string): Promise<boolean> => {
  const there = stp.peers.find(({ user }) => user === peer)
  if (there === undefined) return false
  try {
    await stp.sendToPeer('/hello', name, there)
    say({ pnet: 'answer', value: await pnet.call(peer, 'greet', { args: [name] }) })
    return true
  } catch {
    return false
  }
}

for await (const peer of createInterface(process.stdin)) while (!(await talk(peer))) await wait(OFTEN_MS)
await Promise.all([stp.close(), pnet.shutdown()])
