import { expect } from 'chai'
import { mayFollow, type Phase } from '@/core/lifecycle.js'

const PHASES: readonly Phase[] = ['idle', 'opening', 'starting', 'open', 'draining', 'closed']

describe('the life of a connection', () => {
  it('goes on in the ways listed here, and in no other', () => {
    const ways = PHASES.flatMap((from) => PHASES.filter((to) => mayFollow(from, to)).map((to) => `${from} ${to}`))
    expect(ways).to.deep.equal([
      'idle opening',
      'idle closed',
      'opening starting',
      'opening draining',
      'opening closed',
      'starting open',
      'starting draining',
      'starting closed',
      'open draining',
      'open closed',
      'draining closed',
    ])
  })
})
