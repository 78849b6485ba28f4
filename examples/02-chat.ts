// A chat room and three guests, in one process, with a script in place of people. Run it with
// `npx tsx examples/02-chat.ts`. It prints who hears what, for example:
//
//   bob says "hello, ada"
//     ada hears "bob: hello, ada"
//     bob hears "bob: hello, ada"
//     cleo hears "bob: hello, ada"

import { Client, Connection, Server } from 'framewright'

/** A guest as the room sees it. The first message is a name; every later one is a line for all. */
class Seat extends Connection {
  guest = ''

  constructor(readonly room: Room) {
    super()
  }

  /** Runs before any message goes to `transmissionReceived`. */
  protected override async preLoop(): Promise<void> {
    const name = await this.receive()
    this.guest = name.toString()
    this.room.tellAll(`${this.guest} has come`)
  }

  protected override transmissionReceived(line: Buffer): void {
    this.room.tellAll(`${this.guest}: ${line.toString()}`)
  }
}

class Room extends Server<Seat> {
  /** The seats get an argument, so the room makes them itself and needs no `handler`. */
  protected override createConnection(): Seat {
    return new Seat(this)
  }

  protected override connShutdown(_id: string, seat: Seat): void {
    this.tellAll(`${seat.guest} has gone`)
  }

  tellAll(line: string): void {
    for (const seat of this.activeConnections.values()) {
      // The room waits for nobody; a guest that has gone meanwhile just does not hear it.
      if (seat.guest !== '') void seat.transmit(Buffer.from(line))
    }
  }
}

/** A guest at its own end. */
class Guest extends Connection {}
class Door extends Client<Guest> {}

const room = new Room({ listen: ['127.0.0.1:0'] })
await room.start()
const door = new Door({ handler: Guest })
const guests = new Map<string, Guest>()

/** Everybody takes the next line. */
const everybodyHears = async (): Promise<void> => {
  for (const [name, guest] of guests) {
    const line = await guest.receive()
    console.log(`  ${name} hears "${line.toString()}"`)
  }
}

for (const name of ['ada', 'bob', 'cleo']) {
  console.log(`${name} comes`)
  const guest = await door.connectTo(room.address)
  guests.set(name, guest)
  await guest.transmit(Buffer.from(name))
  await everybodyHears()
}

const script = [
  ['bob', 'hello, ada'],
  ['ada', 'hello, you two'],
  ['cleo', 'I have to go'],
] as const
for (const [name, line] of script) {
  console.log(`${name} says "${line}"`)
  await guests.get(name)?.transmit(Buffer.from(line))
  await everybodyHears()
}

console.log('cleo goes')
await guests.get('cleo')?.close()
guests.delete('cleo')
await everybodyHears()

await door.close()
await room.close()
console.log('the room is closed')
