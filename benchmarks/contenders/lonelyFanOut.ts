import { Broadcaster, Subscriber } from 'framewright/lonely'
import type { Arrivals, Contender, Serving } from 'framewright/bench'
import { FanOut, portIn, RECEIVERS, sendConfirmed, TOPIC } from './fanOut.js'

/** How both ends of ours are joined. */
export type Way = 'handshake' | 'length' | 'webSocket'

const addressOf = (way: Way, port: number): string =>
  way === 'webSocket' ? `ws://127.0.0.1:${port}/v1/websocket` : `127.0.0.1:${port}`

const subscriberAt = (way: Way, port: number): Subscriber =>
  new Subscriber({
    broadcasters: [addressOf(way, port)],
    framing: way === 'length' ? 'length' : 'handshake',
    zstd: 'off',
  })

/** A broadcaster with ten subscribers in one process. Everything is as it is by default, without compression. */
const serve = async (arrivals: Arrivals, way: Way): Promise<Serving> => {
  const webSocket = way === 'webSocket' ? { webSocket: { listen: '127.0.0.1:0' } } : { listen: ['127.0.0.1:0'] }
  const broadcaster = new Broadcaster({ ...webSocket, framing: way === 'length' ? 'length' : 'handshake', zstd: 'off' })
  await broadcaster.start()
  const port = (way === 'webSocket' ? broadcaster.webSocketAddress : broadcaster.address)?.port ?? 0
  const fanOut = new FanOut(arrivals)
  const subscribers = await Promise.all(
    Array.from({ length: RECEIVERS }, async (_, receiver) => {
      const subscriber = subscriberAt(way, port)
      await subscriber.subscribe(TOPIC, ({ bytes }) => {
        if (bytes === undefined) arrivals.fail(new Error('it is in a file'))
        else fanOut.received(receiver, bytes)
      })
      return subscriber
    }),
  )
  return {
    address: { carrier: 'tcp', port },
    get openConnections() {
      return broadcaster.activeConnections.size
    },
    close: async () => {
      await Promise.all(subscribers.map((subscriber) => subscriber.close()))
      await broadcaster.close()
    },
  }
}

const connect = async (way: Way, port: number) => {
  const notifier = subscriberAt(way, port)
  await notifier.connect()
  return {
    send: (messages: Parameters<typeof sendConfirmed>[0]) =>
      sendConfirmed(messages, (message) => notifier.notify(TOPIC, message)),
    close: () => notifier.close(),
  }
}

const contender = (way: Way, name: string, module: string): Contender => ({
  name,
  module,
  serve: (arrivals) => serve(arrivals, way),
  connect: (address) => connect(way, portIn(address)),
})

export const lonelyHandshake = contender('handshake', 'lonely, handshake framing', import.meta.url)
export const lonelyLength = contender('length', 'lonely, length prefix', import.meta.url)
export const lonelyWebSocket: Contender = {
  ...contender('webSocket', 'lonely, WebSocket', import.meta.url),
  needs: ['ws'],
}
