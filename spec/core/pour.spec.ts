import { expect } from 'chai'
import { pour } from '@/core/pour.js'
import { TransportError } from '@/errors.js'
import { rejection } from '../support/rejection.js'
import { turns } from '../support/turns.js'

const { signal: never } = new AbortController()
const bytes = (text: string): Uint8Array => Buffer.from(text)

/** Pours and collects. */
const poured = async (source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, size: number): Promise<string> => {
  let got = ''
  await pour(source, size, (piece) => void (got += Buffer.from(piece).toString()), never)
  return got
}

describe('pour', () => {
  it('puts the pieces of an iterable or an async iterable in order, empty ones too', async () => {
    expect(await poured([bytes('ab'), bytes(''), bytes('c')], 3)).to.equal('abc')
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes('ab')
      await turns()
      yield bytes('c')
    }
    expect(await poured(source(), 3)).to.equal('abc')
    expect(await poured([], 0)).to.equal('')
  })

  it('takes no piece while put has not let the one before through', async () => {
    const taken: string[] = []
    let goOn = (): void => {}
    const source = function* (): Generator<Uint8Array> {
      for (const text of ['a', 'b']) {
        taken.push(text)
        yield bytes(text)
      }
    }
    const put = (): Promise<void> =>
      new Promise((resolve) => {
        goOn = resolve
      })
    const over = pour(source(), 2, put, never)
    await turns(3)
    expect(taken).to.deep.equal(['a'])
    goOn()
    await turns()
    expect(taken).to.deep.equal(['a', 'b'])
    goOn()
    await over
  })

  it('is a SOURCE_MISMATCH with numbers when there is too little or too much, and puts nothing of the too much', async () => {
    let put = 0
    const little = pour([bytes('ab')], 3, () => void put++, never)
    expect(await rejection(little)).to.deep.include({ code: 'SOURCE_MISMATCH', detail: { size: 3, given: 2 } })
    const much = pour([bytes('ab'), bytes('cd')], 3, () => void put++, never)
    expect(await rejection(much)).to.deep.include({ code: 'SOURCE_MISMATCH', detail: { size: 3, given: 4 } })
    expect(put).to.equal(2)
  })

  it('is SOURCE_FAILED with its cause when the source throws, and NOT_BYTES when it gives something else', async () => {
    const cause = new Error('the disk is gone')
    const failing = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes('a')
      throw cause
    }
    expect(await rejection(poured(failing(), 3))).to.include({ code: 'SOURCE_FAILED', cause })
    const wrong: Iterable<never> = JSON.parse('["text"]')
    expect(await rejection(poured(wrong, 4))).to.have.property('code', 'NOT_BYTES')
  })

  it('ends with the reason of its signal, and closes the source', async () => {
    let closed = false
    const controller = new AbortController()
    const source = function* (): Generator<Uint8Array> {
      try {
        for (;;) yield bytes('a')
      } finally {
        closed = true
      }
    }
    const reason = new TransportError('CLOSED')
    const put = (): void => controller.abort(reason)
    expect(await rejection(pour(source(), 5, put, controller.signal))).to.equal(reason)
    expect(closed).to.equal(true)
  })
})
