import { expect } from 'chai'
import { Socket } from 'node:net'
import { Admission } from '@/core/admission.js'

/** A socket that says it comes from `address`. */
const from = (address: string): Socket => {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: address })
  return socket
}

const admissionOf = (
  connectionLimit: number,
  connectionLimitPerAddress: number,
  openingLimitPerAddress = 10,
): Admission => new Admission({ connectionLimit, connectionLimitPerAddress, openingLimitPerAddress })

describe('Admission', () => {
  it('lets in as many as the limit says, and one more when one has left', () => {
    const admission = admissionOf(2, 10)
    const [a, b, c] = [from('1'), from('2'), from('3')]
    expect([a, b, c].map((socket) => admission.enter(socket))).to.deep.equal([true, true, false])
    admission.leave(a)
    expect(admission.enter(c)).to.equal(true)
  })

  it('lets in as many from one address as that limit says, and others all the same', () => {
    const admission = admissionOf(10, 1)
    const first = from('1')
    expect([first, from('1'), from('2')].map((socket) => admission.enter(socket))).to.deep.equal([true, false, true])
    admission.leave(first)
    expect(admission.enter(from('1'))).to.equal(true)
  })

  it('knows no addresses of unix sockets, so only the limit of all holds for them', () => {
    const admission = admissionOf(10, 1)
    expect([admission.enter(from('')), admission.enter(new Socket()), admission.enter('a duplex')]).to.deep.equal([
      true,
      true,
      true,
    ])
  })

  it('counts rightly when the limit of all is moved across that of each address while some are there', () => {
    const admission = admissionOf(1, 2)
    const inside = [from('1')]
    expect(admission.enter(inside[0])).to.equal(true)
    admission.change(10, inside)
    expect([from('1'), from('1')].map((socket) => admission.enter(socket))).to.deep.equal([true, false])
    admission.leave(inside[0])
    expect([from('1'), from('1')].map((socket) => admission.enter(socket))).to.deep.equal([true, false])
    admission.change(2, [])
    expect([admission.limit, admission.enter(from('2'))]).to.deep.equal([2, false])
  })

  it('has as many of one address at the door as that limit says, until they have opened or left', () => {
    const admission = admissionOf(10, 10, 2)
    const [a, b] = [from('1'), from('1')]
    expect([a, b, from('1'), from('2')].map((socket) => admission.knock(socket))).to.deep.equal([
      true,
      true,
      false,
      true,
    ])
    admission.opened(a)
    admission.opened(a)
    expect([from('1'), from('1')].map((socket) => admission.knock(socket))).to.deep.equal([true, false])
    admission.enter(b)
    admission.leave(b)
    expect([from('1'), from('1')].map((socket) => admission.knock(socket))).to.deep.equal([true, false])
  })

  it('does not count at the door what has no address, nor where the limit of all is as low', () => {
    expect([1, 2, 3].map(() => admissionOf(10, 10, 1).knock('a duplex'))).to.deep.equal([true, true, true])
    const admission = admissionOf(1, 1, 1)
    expect([from('1'), from('1')].map((socket) => admission.knock(socket))).to.deep.equal([true, true])
  })
})
