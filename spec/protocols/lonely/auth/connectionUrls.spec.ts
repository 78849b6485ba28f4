import { expect } from 'chai'
import { ConnectionUrls } from '@/protocols/lonely/auth/connectionUrls.js'
import { hex } from '../../../support/hex.js'

// From the recording basic-none.
const SUBSCRIBER = hex('f18e16cb9b49b1121d7dc53be1bdb9b1b64598c0c2006390cce63874c56046a9')
const BROADCASTER = hex('6038ab2b4bcd0fa7578b6b790d33a7568626407206c0277ae3a8c2631f5a9980')
const PREFIX = 'websocket:GKX7jl6ReyIN2neeVqm7/lfloWnVvtBT9Z/xFxMu0Us=:'

describe('the urls of a connection', () => {
  it('begin with the nonce of both ends, in standard base64', () => {
    expect(new ConnectionUrls(SUBSCRIBER, BROADCASTER).nextOfBroadcaster()).to.equal(`${PREFIX}1`)
  })

  it('count the subscriber down and the broadcaster up, each for itself, in hexadecimal', () => {
    const urls = new ConnectionUrls(SUBSCRIBER, BROADCASTER)
    const down = Array.from({ length: 26 }, () => urls.nextOfSubscriber())
    const up = Array.from({ length: 256 }, () => urls.nextOfBroadcaster())
    expect([down[0], down[9], down[25]]).to.deep.equal([`${PREFIX}-1`, `${PREFIX}-a`, `${PREFIX}-1a`])
    expect([up[0], up[9], up[255]]).to.deep.equal([`${PREFIX}1`, `${PREFIX}a`, `${PREFIX}100`])
  })
})
