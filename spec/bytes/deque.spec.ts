import { expect } from 'chai'
import * as fc from 'fast-check'
import { Deque } from '@/bytes/deque.js'

describe('Deque', () => {
  it('has nothing to give when it is empty', () => {
    const deque = new Deque<string>()
    expect([deque.length, deque.peek(), deque.shift(), deque.takeAll()]).to.deep.equal([0, undefined, undefined, []])
  })

  it('shows the oldest without taking it', () => {
    const deque = new Deque<string>()
    deque.push('a')
    deque.push('b')
    expect([deque.peek(), deque.peek(), deque.length]).to.deep.equal(['a', 'a', 2])
  })

  it('takes everything, oldest first, also when it has wrapped around, and is usable afterwards', () => {
    const deque = new Deque<number>()
    for (let i = 0; i < 8; i++) deque.push(i)
    for (let i = 0; i < 5; i++) deque.shift()
    for (let i = 8; i < 13; i++) deque.push(i)
    expect(deque.takeAll()).to.deep.equal([5, 6, 7, 8, 9, 10, 11, 12])
    deque.push(13)
    expect(deque.takeAll()).to.deep.equal([13])
  })

  it('does as an array would, whatever is done with it', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(), { nil: undefined })), (deeds) => {
        const deque = new Deque<number>()
        const array: number[] = []
        for (const deed of deeds) {
          if (deed === undefined) expect(deque.shift()).to.equal(array.shift())
          else {
            deque.push(deed)
            array.push(deed)
          }
          expect([deque.length, deque.peek()]).to.deep.equal([array.length, array[0]])
        }
        expect(deque.takeAll()).to.deep.equal(array)
      }),
    )
  })
})
