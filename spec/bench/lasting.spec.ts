import { expect } from 'chai'
import { countLasting } from '@/bench/index.js'

const BOUNDS = { first: 16, least: 1, most: 1_000_000 }

/** How many last 100 ms, where pass number `pass` takes `tookMs`; and in which passes every byte was compared. */
const found = async (
  tookMs: (count: number, pass: number) => number,
  bounds = BOUNDS,
): Promise<{ readonly count: number; readonly thorough: readonly boolean[] }> => {
  const thorough: boolean[] = []
  const count = await countLasting(100, bounds, async (sent, compares) => {
    thorough.push(compares)
    return tookMs(sent, thorough.length - 1)
  })
  return { count, thorough }
}

describe('how many messages last so long', () => {
  it('are found by sending more and more, every byte compared in the first pass and the last', async () => {
    const { count, thorough } = await found((sent) => sent / 1_000)
    expect(count).to.equal(100_000)
    expect([thorough.at(0), thorough.at(1), thorough.at(-1)]).to.deep.equal([true, false, true])
  })

  it('are as many when the first pass was held up for a second', async () => {
    expect(await found((sent, pass) => sent / 1_000 + (pass === 0 ? 1_000 : 0))).to.include({ count: 100_000 })
  })

  it('are reckoned again while the code gets faster from pass to pass', async () => {
    const slowness = (pass: number): number => Math.max(1, 16 / 2 ** Math.max(0, pass - 4))
    expect(await found((sent, pass) => (sent / 1_000) * slowness(pass))).to.include({ count: 100_000 })
  })

  it('are not reckoned for ever when no two passes agree', async () => {
    const { thorough } = await found((sent, pass) => (sent / 1_000) * (pass % 2 === 0 ? 1 : 3))
    expect(thorough).to.have.length.at.most(20)
  })

  it('are fewer than the first pass has sent where each takes longer', async () => {
    expect(await found((sent) => sent * 40)).to.include({ count: 3 })
  })

  it('are those of the first pass, which is not made again, where no fewer are allowed', async () => {
    const { count, thorough } = await found((sent) => sent * 1_000, { first: 32, least: 32, most: 400 })
    expect([count, thorough]).to.deep.equal([32, [true]])
  })

  it('stay within their bounds', async () => {
    expect(await found((sent) => sent / 1e9)).to.include({ count: BOUNDS.most })
    expect(await found((sent) => sent * 1_000)).to.include({ count: 1 })
    expect(await found((sent) => sent * 1_000, { ...BOUNDS, least: 8 })).to.include({ count: 8 })
  })
})
