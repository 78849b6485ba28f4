import { expect } from 'chai'
import { Lobby } from '@/protocols/pyile/lobby.js'

describe('Lobby', () => {
  it('lets one of each host go on at a time, in the order in which they came', () => {
    const lobby = new Lobby<string>(8)
    const turns: string[] = []
    const enter = (host: string, who: string): void => {
      lobby.arrive(host)
      lobby.enter(host, who, () => turns.push(who))
    }
    enter('h', 'a')
    enter('h', 'b')
    enter('h', 'c')
    enter('k', 'd')
    expect(turns).to.deep.equal(['a', 'd'])
    expect([lobby.current('h'), lobby.current('k'), lobby.current('z')]).to.deep.equal(['a', 'd', undefined])
    lobby.depart('h', 'b')
    expect(turns).to.deep.equal(['a', 'd'])
    lobby.depart('h', 'a')
    expect(turns).to.deep.equal(['a', 'd', 'c'])
    lobby.depart('h', 'c')
    expect(lobby.current('h')).to.equal(undefined)
  })

  it('holds no more of one host than it may', () => {
    const lobby = new Lobby<string>(2)
    expect(['h', 'h', 'h', 'k'].map((host) => lobby.arrive(host))).to.deep.equal([true, true, false, true])
    lobby.depart('h', 'whoever')
    expect(lobby.arrive('h')).to.equal(true)
    expect(lobby.arrive('h')).to.equal(false)
  })
})
