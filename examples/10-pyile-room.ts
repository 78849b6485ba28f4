// A Pyile room: Ada owns it, Bob and Cleo join with the password, Mallory guesses and is banned. Bans are by address, and
// here everybody has the same, so Dora, who knows the password, has to wait until Ada lifts the ban. Run it with
// `npx tsx examples/10-pyile-room.ts`. It prints who hears what, for example:
//
//   cleo says "hello, you two"
//     ada hears cleo: hello, you two
//     bob hears cleo: hello, you two
//   2 of 2 have it

import { AuthenticationException, AuthPeer, JoinPeer, type Message, type Peer } from 'framewright/pyile'

const heard = ({ alias }: Peer, { alias: by = 'somebody', data }: Message): void =>
  console.log(`  ${alias} hears ${by}: ${String(data)}`)

class Owner extends AuthPeer {
  protected override messageReceived(message: Message): void {
    heard(this, message)
  }
}

class Guest extends JoinPeer {
  /** Resolves when this guest knows of so many peers. */
  knows(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting = { count, resolve }
      this.peersChanged()
    })
  }
  #waiting = { count: 0, resolve: (): void => {} }

  protected override peersChanged(): void {
    if (this.peers.length === this.#waiting.count) this.#waiting.resolve()
  }
  protected override messageReceived(message: Message): void {
    heard(this, message)
  }
}

const PASSWORD = 'open sesame'
const ada = new Owner({ alias: 'ada', password: PASSWORD, passwordAttempts: 2, port: 0 })
await ada.authenticatePeers()
const [, port] = ada.address

/** Comes in, or says why not. */
const join = async (guest: Guest, password: string): Promise<void> => {
  try {
    await guest.getAuthenticated(port, password)
    console.log(`${guest.alias} has joined`)
  } catch (error) {
    if (!(error instanceof AuthenticationException)) throw error
    console.log(`${guest.alias} is not let in with "${password}": ${error.code}`)
  }
}

const say = async (peer: Peer, text: string): Promise<void> => {
  console.log(`${peer.alias} says "${text}"`)
  const report = await peer.broadcast(text)
  console.log(`${report?.received.length ?? 0} of ${peer.peers.length - 1} have it`)
}

const [bob, cleo, mallory, dora] = [
  new Guest({ alias: 'bob' }),
  new Guest({ alias: 'cleo' }),
  new Guest({ alias: 'mallory' }),
  new Guest({ alias: 'dora' }),
]
await join(bob, PASSWORD)
await join(cleo, PASSWORD)
await bob.knows(3)

await join(mallory, 'swordfish')
await join(mallory, '12345')
await join(mallory, PASSWORD)
await join(dora, PASSWORD)
console.log(`banned: ${[...ada.blockedPeers].join()}; who is in, stays in`)

await say(cleo, 'hello, you two')
await bob.send(cleo.peerAddress, 'just for you')

ada.unblock('127.0.0.1')
await join(dora, PASSWORD)
await cleo.knows(4)
await bob.leave()
await cleo.knows(3)
await say(ada, 'bob has gone')

for (const peer of [cleo, dora, mallory, ada]) await peer.leave()
console.log(`${ada.messenger.getMessages('Broadcast').length} broadcasts, the room is closed`)
