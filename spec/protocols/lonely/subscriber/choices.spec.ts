import { expect } from 'chai'
import { Backoff } from '@/protocols/lonely/subscriber/backoff.js'
import { BroadcasterList, type Target } from '@/protocols/lonely/subscriber/broadcasterList.js'
import { caught } from '../../../support/caught.js'

describe('the waits between rounds', () => {
  it('double up to the cap, less at most half by chance, and begin anew', () => {
    const longest = new Backoff(100, 1_000, () => 0)
    expect(Array.from({ length: 6 }, () => longest.next())).to.deep.equal([100, 200, 400, 800, 1_000, 1_000])
    const shortest = new Backoff(100, 1_000, () => 1)
    expect([shortest.next(), shortest.next()]).to.deep.equal([50, 100])
    longest.reset()
    expect(longest.next()).to.equal(100)
  })

  it('stay finite however many there are', () => {
    const backoff = new Backoff(100, 1_000, () => 0)
    for (let i = 0; i < 5_000; i++) expect(backoff.next()).to.be.at.most(1_000)
  })
})

const placeOf = (target: Target): string => ('webSocket' in target ? target.webSocket : String(target.tcp))

describe('the list of broadcasters', () => {
  const lots = (numbers: number[]) => () => {
    const lot = Buffer.alloc(4)
    lot.writeUInt32BE(numbers.shift() ?? 0)
    return lot
  }

  it('goes by priority, then by lot, and those without priority last', () => {
    const list = new BroadcasterList(
      [
        '127.0.0.1:1',
        { address: '127.0.0.1:2', priority: 5 },
        { address: '127.0.0.1:3', priority: 1 },
        'ws://h:4/x',
        '127.0.0.1:5',
      ],
      lots([3, 9, 9, 1, 2]),
    )
    expect(list.inOrder().map(placeOf)).to.deep.equal([
      '127.0.0.1:3',
      '127.0.0.1:2',
      'ws://h:4/x',
      '127.0.0.1:5',
      '127.0.0.1:1',
    ])
  })

  it('gives a WebSocket address without a path the usual one', () => {
    expect(new BroadcasterList(['WS://h:4'], lots([])).inOrder().map(placeOf)).to.deep.equal(['ws://h:4/v1/websocket'])
  })

  for (const [what, addresses, code] of [
    ['none at all', [], 'OPTION_INVALID'],
    ['a broken url', ['ws://'], 'ADDRESS_INVALID'],
    ['port 0', ['127.0.0.1:0'], 'ADDRESS_INVALID'],
    ['no address', ['nowhere'], 'ADDRESS_INVALID'],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(caught(() => new BroadcasterList(addresses, lots([]))).code).to.equal(code)
    })
  }
})
