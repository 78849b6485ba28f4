import { expect } from 'chai'
import { type Contender, Throng } from '@/bench/index.js'
import * as faults from '../../benchmarks/contenders/faulty.js'

const { FAULTY_BYTES } = faults
const CONNECTIONS = 20

describe('a throng', function () {
  this.timeout(60_000)
  this.slow(5_000)

  /** Messages that had come on each connection when half had come. */
  const halfway = async (contender: Contender, timeoutMs = 30_000): Promise<readonly number[]> => {
    await using throng = new Throng(contender, { timeoutMs })
    await throng.enter()
    expect(await throng.open(CONNECTIONS)).to.be.above(0)
    const sample = await throng.play({ bytes: FAULTY_BYTES, count: 8 }, true)
    await throng.check()
    expect(sample).to.include({ count: 8 * CONNECTIONS })
    return [...sample.halfway]
  }

  it('counts what has come on each of many connections', async () => {
    const counts = await halfway(faults.faultless)
    expect(counts).to.have.lengthOf(CONNECTIONS)
    expect(counts.reduce((sum, count) => sum + count, 0)).to.equal((8 * CONNECTIONS) / 2)
  })

  it('fails when messages of one connection swap', async () => {
    const complaint = await halfway(faults.swapping).catch((error: Error) => error.message)
    expect(complaint).to.match(/swaps, server: arrived: what came on connection \d+ as message 0 is not/)
  })

  it('fails, and in time, when a connection loses its last message', async () => {
    const complaint = await halfway(faults.losingLast, 6_000).catch((error: Error) => error.message)
    expect(complaint).to.match(/loses the last, server: arrived: did not settle within 6000 ms/)
  })
})
