import { expect } from 'chai'
import { Aliases } from '@/protocols/pyile/aliases.js'
import { PeerList } from '@/protocols/pyile/peerList.js'

describe('a list of peers', () => {
  const list = new PeerList([
    ['127.0.0.1', 5],
    ['127.0.0.2', 5],
  ])

  it('knows its peers by host and port, and their hosts', () => {
    expect(list.has(['127.0.0.2', 5])).to.equal(true)
    expect(list.has(['127.0.0.2', 6])).to.equal(false)
    expect([list.hasHost('127.0.0.1'), list.hasHost('127.0.0.3')]).to.deep.equal([true, false])
    expect(String(list)).to.equal('127.0.0.1:5, 127.0.0.2:5')
  })

  it('is all whose aliases are learnt, and those of others are forgotten with it', () => {
    const aliases = new Aliases()
    aliases.learn(['127.0.0.1', 5], 'ada', list)
    aliases.learn(['127.0.0.2', 5], 'bob', list)
    aliases.learn(['127.0.0.3', 5], 'eve', list)
    aliases.keep(new PeerList([['127.0.0.2', 5]]))
    expect([...aliases.byPeer]).to.deep.equal([['127.0.0.2:5', 'bob']])
  })
})
