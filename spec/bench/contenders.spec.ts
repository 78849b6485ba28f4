import { expect } from 'chai'
import { Berths } from '@/bench/berths.js'
import { CARRIERS } from '@/bench/carrier.js'
import { End } from '@/bench/end.js'
import { describeContenders } from '@/bench/loadContender.js'
import { BOX } from '../../benchmarks/contenders/box.js'

const LOADS = [
  { bytes: 0, count: 3 },
  { bytes: 1, count: 3 },
  { bytes: 64, count: 1_000 },
  { bytes: 20_000, count: 5 },
  { bytes: 1_048_576, count: 2 },
]

describe('the contenders in the box', function () {
  this.timeout(60_000)
  const berths = new Berths()
  after(() => berths.leave())

  for (const { name, module, leastBytes = 0 } of BOX) {
    for (const carrier of CARRIERS) {
      it(`${name} carries messages of all sizes over ${carrier}, at once, in turns and at a pace`, async () => {
        const [server, client] = [new End(), new End()]
        try {
          const address = await server.serve({ name, module }, await berths.at(carrier))
          await client.connect({ name, module }, address)
          for (const load of LOADS.filter(({ bytes }) => bytes >= leastBytes)) {
            server.expect(load, true)
            await Promise.all([client.send(load), server.arrived()])
            const few = { ...load, count: Math.min(load.count, 10) }
            server.expect(few, true, 'answer')
            const [{ timesNs }] = await Promise.all([client.rally(few, true), server.arrived()])
            expect(timesNs.every((ns) => ns > 0)).to.equal(true)
            server.expect(few, true, 'time')
            await Promise.all([client.pace(few, 5_000), server.arrived()])
            expect(server.arrivalsMs().every((ms) => ms > 0)).to.equal(true)
          }
          server.check()
          client.check()
        } finally {
          await client.close()
          await server.close()
        }
      })
    }
  }

  it('are described without being started', async () => {
    for (const { name, module } of BOX) {
      const described = await describeContenders(module)
      expect(described.map((one) => one.name)).to.include(name)
      for (const { carriers } of described) expect(carriers).to.have.members(CARRIERS)
    }
  })
})
