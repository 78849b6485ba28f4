import { createServer } from 'node:net'
import type { Arrivals, Contender, Serving } from 'framewright/bench'
import { FanOut, portIn, RECEIVERS, sendConfirmed, TOPIC } from './fanOut.js'
import { connectMqtt } from './mqttPackage.js'

const QOS = { qos: 1 } as const

/** `aedes` with ten clients of `mqtt` in one process; every step at QoS 1, so confirmed. */
const serve = async (arrivals: Arrivals): Promise<Serving> => {
  const { Aedes } = await import('aedes')
  const broker = await Aedes.createBroker()
  const server = createServer(broker.handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const fanOut = new FanOut(arrivals)
  const clients = await Promise.all(
    Array.from({ length: RECEIVERS }, async (_, receiver) => {
      const client = await connectMqtt(port)
      client.on('message', (_topic, payload) => fanOut.received(receiver, payload))
      client.on('error', (error) => arrivals.fail(error))
      await client.subscribeAsync(TOPIC, QOS)
      return client
    }),
  )
  return {
    address: { carrier: 'tcp', port },
    get openConnections() {
      return broker.connectedClients
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.endAsync()))
      await new Promise<void>((resolve) => broker.close(() => resolve()))
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

export const mqttFanOut: Contender = {
  name: 'aedes + mqtt, QoS 1',
  module: import.meta.url,
  needs: ['aedes', 'mqtt'],
  serve,
  connect: async (address) => {
    const client = await connectMqtt(portIn(address))
    return {
      send: (messages) => sendConfirmed(messages, (message) => client.publishAsync(TOPIC, message, QOS)),
      close: () => client.endAsync(),
    }
  },
}
