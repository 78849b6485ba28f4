import { expect } from 'chai'
import { compared, NoSuchContender, type Wishes } from '@/bench/index.js'

const called = (name: string): { readonly name: string; readonly module: string } => ({ name, module: import.meta.url })
const OWN = [called('bare net'), called('ws')]

const names = (wishes: Wishes): string[] => compared(OWN, wishes).map(({ name }) => name)

describe('who is compared', () => {
  const contenders = [called('mine'), called('yours')]

  it('is everybody, those of the wishes first', () => {
    expect(names({})).to.deep.equal(['bare net', 'ws'])
    expect(names({ contenders })).to.deep.equal(['mine', 'yours', 'bare net', 'ws'])
  })

  it('is who is named, and whoever is wished unless one of those is named', () => {
    expect(names({ only: ['ws'] })).to.deep.equal(['ws'])
    expect(names({ contenders, only: ['ws'] })).to.deep.equal(['mine', 'yours', 'ws'])
    expect(names({ contenders, only: ['ws', 'yours'] })).to.deep.equal(['yours', 'ws'])
  })

  it('is nobody who is not there, and nobody twice', () => {
    expect(() => names({ contenders, only: ['ws', 'wss'] })).to.throw(
      NoSuchContender,
      'there is no contender "wss"; there are "mine", "yours", "bare net", "ws"',
    )
    expect(() => names({ contenders: [called('ws')] })).to.throw(NoSuchContender, 'two contenders are called "ws"')
    expect(() => names({ contenders: [called('mine'), called('mine')] })).to.throw(NoSuchContender, '"mine"')
  })
})
