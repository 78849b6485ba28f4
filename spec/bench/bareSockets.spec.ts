import { expect } from 'chai'
import { Socket } from 'node:net'
import { Arrivals, connectBare, endBare, listenBare } from '@/bench/index.js'
import { Berths } from '@/bench/berths.js'

describe('a bare socket', () => {
  for (const carrier of ['tcp', 'tls'] as const) {
    it(`sends small writes at once over ${carrier}, where node:tls does not heed the option`, async () => {
      const told: unknown[] = []
      const own = Object.getOwnPropertyDescriptor(Socket.prototype, 'setNoDelay') ?? {}
      Object.defineProperty(Socket.prototype, 'setNoDelay', { ...own, value: (noDelay: unknown) => told.push(noDelay) })
      const server = await listenBare(new Arrivals(), await new Berths().at(carrier), (socket) => socket.resume())
      try {
        const socket = await connectBare(server.address)
        expect(told).to.include(true)
        socket.resume()
        await endBare(socket)
      } finally {
        Object.defineProperty(Socket.prototype, 'setNoDelay', own)
        await server.close()
      }
    })
  }
})
