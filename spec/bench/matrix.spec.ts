import { expect } from 'chai'
import { matrices } from '@/bench/matrix.js'

const figure = (name: string, line: string, value: number, samples: readonly number[]) => ({
  name,
  unit: 'messages/s',
  point: { line, axis: 'messageBytes', value } as const,
  samples,
})

describe('tables of figures', () => {
  it('have a row for each contender and a column for each size, with a median and how far samples reach from it', () => {
    const figures = [
      figure('rate', 'ours', 64, [4_100_000]),
      figure('rate', 'ours', 1_048_576, [900, 1_000, 1_100]),
      figure('rate', 'theirs', 64, [231_400]),
      figure('work', 'ours', 64, [0]),
    ]
    expect(matrices(figures)).to.deep.equal([
      '  rate, messages/s  64 B   1 MiB',
      '  ours              4.1 M  1 k ±5 %',
      '  theirs            231 k  -',
      '',
      '  work, messages/s  64 B',
      '  ours              0',
    ])
  })

  it('have a column for each quantity where there is one size only', () => {
    const figures = [figure('rate', 'ours', 0, [12.34]), figure('work', 'ours', 0, [999.9])]
    expect(matrices(figures)).to.deep.equal([
      '  0 B   rate, messages/s  work, messages/s',
      '  ours  12.3              1 k',
    ])
  })

  it('are none without figures', () => {
    expect(matrices([])).to.deep.equal([])
  })
})
