import { expect } from 'chai'
import { Doorkeeper } from '@/protocols/pyile/doorkeeper.js'

const keeper = (attempts: number, maxHosts = 10): Doorkeeper => new Doorkeeper({ password: 'żółw', attempts, maxHosts })

describe('Doorkeeper', () => {
  for (const attempts of [1, 2, 5]) {
    it(`bans a host at its wrong password number ${attempts} when ${attempts} are allowed`, () => {
      const doorkeeper = keeper(attempts)
      const verdicts = Array.from({ length: attempts }, () => doorkeeper.judge('h', 'nope'))
      expect(verdicts).to.deep.equal([...Array.from({ length: attempts - 1 }, () => 'wrong'), 'banned'])
      expect([...doorkeeper.blocked]).to.deep.equal(['h'])
      expect(doorkeeper.limbo.size).to.equal(0)
    })
  }

  it('forgets what a host was wrong about once it is right', () => {
    const doorkeeper = keeper(2)
    expect(['nope', 'żółw', 'nope', 'żółw'].map((password) => doorkeeper.judge('h', password))).to.deep.equal([
      'wrong',
      'right',
      'wrong',
      'right',
    ])
    expect(doorkeeper.limbo.size).to.equal(0)
  })

  it('looks at no password of a banned host, until it may try again', () => {
    const doorkeeper = keeper(1)
    expect(['nope', 'żółw', 'nope'].map((password) => doorkeeper.judge('h', password))).to.deep.equal([
      'banned',
      'refused',
      'refused',
    ])
    doorkeeper.unban('h')
    expect(doorkeeper.judge('h', 'żółw')).to.equal('right')
  })

  it('takes nothing but the password for it', () => {
    const doorkeeper = keeper(100)
    for (const password of ['', 'żół', 'żółw ', 'ŻÓŁW', 'zolw'])
      expect(doorkeeper.judge('h', password)).to.equal('wrong')
    expect(doorkeeper.limbo.get('h')).to.equal(5)
  })

  it('counts each host for itself', () => {
    const doorkeeper = keeper(2)
    doorkeeper.judge('a', '')
    doorkeeper.judge('b', '')
    expect(doorkeeper.judge('a', '')).to.equal('banned')
    expect([...doorkeeper.limbo]).to.deep.equal([['b', 1]])
  })

  it('remembers no more hosts than it may, and forgets those that it has not heard of for longest', () => {
    const doorkeeper = keeper(3, 2)
    for (const host of ['a', 'b', 'a', 'c']) doorkeeper.judge(host, '')
    expect([...doorkeeper.limbo]).to.deep.equal([
      ['a', 2],
      ['c', 1],
    ])
    for (const host of ['x', 'y', 'z']) doorkeeper.ban(host)
    expect([...doorkeeper.blocked]).to.deep.equal(['y', 'z'])
    doorkeeper.unban('y')
    expect([...doorkeeper.blocked]).to.deep.equal(['z'])
  })
})
