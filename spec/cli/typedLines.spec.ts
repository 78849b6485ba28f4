import { expect } from 'chai'
import { PassThrough } from 'node:stream'
import { typedLines } from '@/cli/typedLines.js'

describe('typed lines', () => {
  const said: string[] = []
  const read = (stdin: PassThrough, stop: AbortSignal): Promise<void> =>
    typedLines({ stdin }, stop, ['/leave'], (line) => void said.push(line))
  beforeEach(() => void said.splice(0))

  it('are given one by one, up to a last word', async () => {
    const stdin = new PassThrough()
    stdin.write('one\r\ntwo\n/leave\nthree\n')
    await read(stdin, new AbortController().signal)
    expect(said).to.deep.equal(['one', 'two'])
  })

  it('are not waited for when it was to stop before', async () => {
    const stdin = new PassThrough()
    stdin.write('one\n')
    await read(stdin, AbortSignal.abort())
    expect(said).to.deep.equal([])
  })

  it('are not waited for any more when it is to stop', async () => {
    const stop = new AbortController()
    const done = read(new PassThrough(), stop.signal)
    stop.abort()
    await done
  })
})
