import { expect } from 'chai'
import { Socket } from 'node:net'
import { Admission } from '@/core/admission.js'

/** A socket that says it comes from `address`. */
const from = (address: string): Socket => {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: address })
  return socket
}

describe('Admission', () => {
  it('lets in as many as the limit says, and one more when one has left', () => {
    const admission = new Admission(2, 10)
    const [a, b, c] = [from('1'), from('2'), from('3')]
    expect([a, b, c].map((socket) => admission.enter(socket))).to.deep.equal([true, true, false])
    admission.leave(a)
    expect(admission.enter(c)).to.equal(true)
  })

  it('lets in as many from one address as that limit says, and others all the same', () => {
    const admission = new Admission(10, 1)
    const first = from('1')
    expect([first, from('1'), from('2')].map((socket) => admission.enter(socket))).to.deep.equal([true, false, true])
    admission.leave(first)
    expect(admission.enter(from('1'))).to.equal(true)
  })

  it('knows no addresses of unix sockets, so only the limit of all holds for them', () => {
    const admission = new Admission(10, 1)
    expect([admission.enter(from('')), admission.enter(new Socket()), admission.enter('a duplex')]).to.deep.equal([
      true,
      true,
      true,
    ])
  })

  it('counts rightly when the limit of all is moved across that of each address while some are there', () => {
    const admission = new Admission(1, 2)
    const inside = [from('1')]
    expect(admission.enter(inside[0])).to.equal(true)
    admission.change(10, inside)
    expect([from('1'), from('1')].map((socket) => admission.enter(socket))).to.deep.equal([true, false])
    admission.leave(inside[0])
    expect([from('1'), from('1')].map((socket) => admission.enter(socket))).to.deep.equal([true, false])
    admission.change(2, [])
    expect([admission.limit, admission.enter(from('2'))]).to.deep.equal([2, false])
  })
})
