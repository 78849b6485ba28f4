// A chat over STP as it would run on the machines of an office: no server, everybody finds everybody by multicast, says
// things to all, and says other things to one colleague alone, sealed. Three nodes in one process, on loopback, need no
// rights and no network. Run it with `npx tsx examples/08-stp-office-chat.ts`. It prints who hears what:
//
//   ana knows ben, cleo
//   ana says to all: "coffee?"
//     ben hears ana: "coffee?"
//     cleo hears ana: "coffee?"
//   ben whispers to ana: "the printer is yours"
//     ana hears ben: "the printer is yours", sealed

import { type Json, type Peer, StpServer } from 'framewright/stp'

const LOOPBACK = { host: '127.0.0.1', multicastInterface: '127.0.0.1' }
const isText = (data: Json): data is string => typeof data === 'string'

/** Somebody at a desk. What is heard is kept until somebody asks for it. */
class Desk extends StpServer {
  readonly #heard: string[] = []
  #tell = (): void => {}

  constructor(name: string, udpport: number) {
    // In an office nothing of this is needed: the ports are 57000 and 57001. Here three nodes share a machine, so each
    // has a TCP port of its own.
    super({ user: name, udpport, tcpport: 0, ...LOOPBACK })
    this.route('/chat', isText, ({ data, user, encrypted }) => {
      const text = data.length > 40 ? `${data.length} characters` : `"${data}"`
      this.#heard.push(`${user ?? 'somebody'}: ${text}${encrypted ? ', sealed' : ''}`)
      this.#tell()
    })
  }

  /** The next thing that is heard here. */
  async hears(): Promise<void> {
    while (this.#heard.length === 0) await new Promise<void>((resolve) => (this.#tell = resolve))
    console.log(`  ${this.username} hears ${this.#heard.shift() ?? ''}`)
  }

  colleague(name: string): Peer {
    const peer = this.peers.find(({ user }) => user === name)
    if (peer === undefined) throw new Error(`${this.username} knows no ${name}`)
    return peer
  }
}

/** Until everybody has heard of everybody: the answers to a request come one by one. */
const acquainted = async (desks: readonly Desk[]): Promise<void> => {
  while (desks.some(({ peers }) => peers.length < desks.length - 1))
    await new Promise((resolve) => setTimeout(resolve, 5))
}

const ana = new Desk('ana', 0)
await ana.listen()
const { port } = ana.addresses.udp
const [ben, cleo] = [new Desk('ben', port), new Desk('cleo', port)]
const desks = [ana, ben, cleo]
await Promise.all([ben.listen(), cleo.listen()])

// Each node would ask by itself after five seconds; we do not want to wait.
for (const desk of desks) await desk.requestSync()
await acquainted(desks)
for (const { username, peers } of desks) {
  console.log(
    `${username} knows ${peers
      .map(({ user }) => user ?? 'somebody')
      .toSorted()
      .join(', ')}`,
  )
}

console.log('ana says to all: "coffee?"')
await ana.broadcast('/chat', 'coffee?')
await ben.hears()
await cleo.hears()

console.log('ben whispers to ana: "the printer is yours"')
await ben.sendToPeer('/chat', 'the printer is yours', ben.colleague('ana'))
await ana.hears()

console.log('cleo whispers to ben: the minutes, far more than fits one RSA block')
await cleo.sendToPeer('/chat', 'line of the minutes\n'.repeat(500), cleo.colleague('ben'))
await ben.hears()

for (const desk of desks) await desk.close()
console.log('everybody has gone home')
