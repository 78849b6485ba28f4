// A stock ticker: one broadcaster on framed TCP and WebSockets, a ticker that notifies prices, and three who listen: to one
// topic, to a glob, and over a WebSocket (if the optional package `ws` is installed; over TCP otherwise).
// Run it with `npx tsx examples/11-lonely-ticker.ts`. It prints:
//
//   the broadcaster listens at 127.0.0.1:(a free port)
//   ticker/pln/cdr 101 reached 3
//   ... one line for each price
//   one topic heard 4 prices, the last of them 104
//   a glob heard 8 prices of 2 companies
//   all of them heard 12 prices of 3 companies
//   everybody has gone

import { TransportError } from 'framewright'
import { Broadcaster, Subscriber } from 'framewright/lonely'

const open = async (): Promise<Broadcaster> => {
  const both = new Broadcaster({ listen: ['127.0.0.1:0'], webSocket: { listen: '127.0.0.1:0' } })
  try {
    await both.start()
    return both
  } catch (error) {
    if (!(error instanceof TransportError) || error.code !== 'PACKAGE_MISSING') throw error
    const tcpOnly = new Broadcaster({ listen: ['127.0.0.1:0'] })
    await tcpOnly.start()
    return tcpOnly
  }
}

const broadcaster = await open()
const tcp = broadcaster.address
console.log('the broadcaster listens at', String(tcp))
const { webSocketAddress } = broadcaster
const webSocket = webSocketAddress === undefined ? tcp : `ws://${webSocketAddress.toString()}/v1/websocket`

/** What one listener has heard, as "TOPIC PRICE". */
const listener = async (address: typeof tcp | string, pattern: string | { glob: string }, count: number) => {
  const subscriber = new Subscriber({ broadcasters: [address] })
  const subscription = await subscriber.subscribe(pattern)
  const read = async (): Promise<string[]> => {
    const heard: string[] = []
    for await (const message of subscription) {
      heard.push(`${message.topic.toString()} ${await message.text()}`)
      if (heard.length === count) break
    }
    return heard
  }
  return { subscriber, heard: read() }
}

const one = await listener(tcp, 'ticker/pln/cdr', 4)
const glob = await listener(tcp, { glob: 'ticker/pln/*' }, 8)
const all = await listener(webSocket, { glob: '*' }, 12)

const ticker = new Subscriber({ broadcasters: [tcp] })
for (let price = 101; price <= 104; price++) {
  for (const company of ['pln/cdr', 'pln/pko', 'eur/asml']) {
    const reached = await ticker.notify(`ticker/${company}`, String(price))
    console.log(`ticker/${company} ${price} reached ${reached}`)
  }
}

const companies = (heard: readonly string[]): number => new Set(heard.map((line) => line.split(' ')[0])).size
const [prices, polish, world] = await Promise.all([one.heard, glob.heard, all.heard])
console.log(`one topic heard ${prices.length} prices, the last of them ${prices.at(-1)?.split(' ')[1]}`)
console.log(`a glob heard ${polish.length} prices of ${companies(polish)} companies`)
console.log(`all of them heard ${world.length} prices of ${companies(world)} companies`)

for (const { subscriber } of [one, glob, all]) await subscriber.close()
await ticker.close()
await broadcaster.close()
console.log('everybody has gone')
