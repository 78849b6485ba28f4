import { truncateSync } from 'node:fs'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import type { TransportError } from '@/errors.js'
import { FileClient, FileServer } from '@/protocols/files/index.js'
import { lcg32 } from '../../support/lcg32.js'
import { portOfServer } from '../../support/pair.js'
import { RawListener, type RawPeer } from '../../support/rawPeer.js'
import { rejection } from '../../support/rejection.js'
import { removeFolder, temporaryFolder } from '../../support/temporaryFolder.js'

const LARGE_BYTES = 20_971_520 + 3

describe('a file client', () => {
  let folder = ''
  const within = (...path: string[]): string => join(folder, ...path)
  beforeEach(async () => {
    folder = await temporaryFolder()
    await mkdir(within('root'))
    await writeFile(within('local'), 'abc')
  })
  afterEach(() => removeFolder(folder))

  const serving = async (): Promise<FileServer> => {
    const server = new FileServer({ listen: [0], root: within('root') })
    await server.start()
    return server
  }

  it('puts and gets 20 MiB unchanged, and tells its progress up to the last byte', async () => {
    const bytes = lcg32(9, LARGE_BYTES)
    await writeFile(within('large'), bytes)
    await using server = await serving()
    await using client = new FileClient()
    const port = portOfServer(server)
    const progress: number[][] = [[], []]
    const onProgress = (into: number) => (done: number, total: number) => {
      expect(total).to.equal(LARGE_BYTES)
      progress[into]?.push(done)
    }
    expect(await client.put(within('large'), port, 'there', { onProgress: onProgress(0) })).to.equal(LARGE_BYTES)
    expect(await client.get(port, 'there', within('back'), { onProgress: onProgress(1) })).to.equal(LARGE_BYTES)
    expect((await readFile(within('root', 'there'))).equals(bytes)).to.equal(true)
    expect((await readFile(within('back'))).equals(bytes)).to.equal(true)
    for (const steps of progress) {
      expect(steps.length).to.be.above(5)
      expect(steps).to.deep.equal(steps.toSorted((a, b) => a - b))
      expect(steps.at(-1)).to.equal(LARGE_BYTES)
    }
    expect(await readdir(within('root'))).to.deep.equal(['there'])
  })

  it('makes several transfers on one connection take turns', async () => {
    await using server = await serving()
    await using client = new FileClient()
    const connection = await client.connectTo(portOfServer(server))
    const first = connection.put(within('local'), 'a')
    const second = connection.get('a', within('b'))
    const third = rejection(connection.get('none', within('c')))
    const fourth = connection.put(within('b'), 'd')
    expect([await first, await second, (await third).code, await fourth]).to.deep.equal([3, 3, 'TRANSFER_REJECTED', 3])
    await connection.goodbye()
    expect(connection.phase).to.equal('closed')
    expect(await readdir(within('root'))).to.have.members(['a', 'd'])
  })

  it('reports a local file that it cannot read, sends nothing, and can go on', async () => {
    await using server = await serving()
    await using client = new FileClient()
    const connection = await client.connectTo(portOfServer(server))
    const missing = await rejection(connection.put(within('none'), 'a'))
    const folderInstead = await rejection(connection.put(within('root'), 'a'))
    expect(missing.code + missing.fault + String(missing.detail['system'])).to.equal('FILE_FAILEDsystemENOENT')
    expect(folderInstead.detail['system']).to.equal('EISDIR')
    expect(await connection.put(within('local'), 'a')).to.equal(3)
    await connection.goodbye()
  })

  it('rejects a download that it has no place for, and can go on', async () => {
    await writeFile(within('root', 'a'), 'abc')
    await using server = await serving()
    await using client = new FileClient()
    const connection = await client.connectTo(portOfServer(server))
    const error = await rejection(connection.get('a', within('no', 'such', 'folder')))
    expect([error.code, error.detail['system']]).to.deep.equal(['FILE_FAILED', 'ENOENT'])
    expect((await rejection(connection.get('a', within('root')))).detail['system']).to.equal('EISDIR')
    expect(await connection.get('a', within('got'))).to.equal(3)
    await connection.goodbye()
  })

  it('writes through a local link and leaves it a link', async () => {
    await writeFile(within('root', 'a'), 'xyz')
    await symlink('local', within('link'))
    await using server = await serving()
    await using client = new FileClient()
    await client.get(portOfServer(server), 'a', within('link'))
    expect(await readFile(within('local'), 'utf8')).to.equal('xyz')
  })

  it('fails with SOURCE_MISMATCH when the file becomes shorter, and the server keeps nothing of it', async () => {
    await writeFile(within('shrinking'), lcg32(2, 12_582_912))
    await using server = await serving()
    await using client = new FileClient()
    const onProgress = (): void => truncateSync(within('shrinking'), 1_000)
    const error = await rejection(client.put(within('shrinking'), portOfServer(server), 'there', { onProgress }))
    expect([error.code, error.fault]).to.deep.equal(['SOURCE_MISMATCH', 'local'])
    await server.drain({ deadlineMs: 1_000 })
    expect(await readdir(within('root'))).to.deep.equal([])
  })

  for (const direction of ['put', 'get'] as const) {
    it(`stops a ${direction} by its signal with ABORTED and leaves nothing half done`, async () => {
      const bytes = lcg32(4, LARGE_BYTES)
      await writeFile(within('large'), bytes)
      await writeFile(within('root', 'large'), bytes)
      await using server = await serving()
      await using client = new FileClient()
      const controller = new AbortController()
      const port = portOfServer(server)
      const options = { signal: controller.signal, onProgress: () => controller.abort('enough') }
      const transfer =
        direction === 'put'
          ? client.put(within('large'), port, 'new', options)
          : client.get(port, 'large', within('new'), options)
      const error = await rejection(transfer)
      expect([error.code, error.cause]).to.deep.equal(['ABORTED', 'enough'])
      await server.drain({ deadlineMs: 1_000 })
      expect(await readdir(within('root'))).to.deep.equal(['large'])
      expect(await readdir(folder)).to.have.members(['root', 'local', 'large'])
    })
  }

  it('gives up what waits for its turn when its signal says so, and goes on with the others', async () => {
    await writeFile(within('large'), lcg32(4, LARGE_BYTES))
    await using server = await serving()
    await using client = new FileClient()
    const connection = await client.connectTo(portOfServer(server))
    const controller = new AbortController()
    const { signal } = controller
    const given: string[] = []
    const first = connection.put(within('large'), 'first', {
      onProgress: () => {
        given.push('piece')
        controller.abort('enough')
      },
    })
    const second = rejection(connection.put(within('large'), 'second', { signal })).then(({ code, cause }) => {
      given.push('given up')
      return [code, cause]
    })
    const third = connection.put(within('large'), 'third')
    expect(await second).to.deep.equal(['ABORTED', 'enough'])
    expect(await Promise.all([first, third])).to.deep.equal([LARGE_BYTES, LARGE_BYTES])
    expect(given.indexOf('given up')).to.be.lessThan(given.lastIndexOf('piece'))
    expect(await readdir(within('root'))).to.have.members(['first', 'third'])
    await connection.goodbye()
  })

  it('rejects a patience that is no time', () => {
    expect(() => new FileClient({ replyTimeoutMs: -1 }))
      .to.throw()
      .with.property('code', 'OPTION_INVALID')
  })

  describe('with a server that is played by hand', () => {
    const getting = async (play: (peer: RawPeer) => Promise<void>): Promise<number | TransportError> => {
      await using listener = await RawListener.open()
      await using client = new FileClient({ lingerMs: 50 })
      const got = client.get(listener.port, 'a', within('local')).catch((error: TransportError) => error)
      const peer = await listener.next()
      await peer.open()
      await expectLetter(peer, '{"type":"download-request","letter":{"download_path":"a"}}')
      await play(peer)
      return await got
    }
    const confirm = async (peer: RawPeer, size: number): Promise<void> => {
      await say(peer, `{"type":"download-confirmation","letter":{"file_size":${size}}}`)
      await expectLetter(peer, '{"type":"confirmed","letter":{}}')
    }
    const codeOf = (result: number | TransportError): unknown => (typeof result === 'number' ? result : result.code)

    it('takes chunks of any size, empty ones too', async () => {
      const result = await getting(async (peer) => {
        await confirm(peer, 6)
        for (const chunk of ['61', '', '6263', '64', '', '6566']) await sendChunk(peer, chunk)
        await expectLetter(peer, '{"type":"confirmed","letter":{}}')
        await expectLetter(peer, '{"type":"close","letter":{}}')
        peer.fin()
      })
      expect(result).to.equal(6)
      expect(await readFile(within('local'), 'utf8')).to.equal('abcdef')
    })

    it('refuses the chunk that would overshoot, and keeps the local file as it was', async () => {
      const result = await getting(async (peer) => {
        await confirm(peer, 3)
        await sendChunk(peer, '6162')
        await peer.send('00000002').expect('00')
        expect(await peer.ended).to.equal('fin')
        peer.fin()
      })
      expect(codeOf(result)).to.equal('TRANSFER_OVERRUN')
      expect(await readFile(within('local'), 'utf8')).to.equal('abc')
      expect(await readdir(folder)).to.have.members(['root', 'local'])
    })

    for (const how of ['fin', 'rst'] as const) {
      it(`keeps the local file as it was when the server is cut inside a chunk (${how})`, async () => {
        const result = await getting(async (peer) => {
          await confirm(peer, 10)
          await peer.send('0000000a').expect('ff')
          peer.send('61626364')
          expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).to.have.lengthOf(1)
          peer[how]()
        })
        expect(codeOf(result)).to.equal(how === 'fin' ? 'FRAME_TRUNCATED' : 'CONNECTION_RESET')
        expect(await readFile(within('local'), 'utf8')).to.equal('abc')
        expect(await readdir(folder)).to.have.members(['root', 'local'])
      })
    }

    it('fails with REMOTE_ENDED when the server ends instead of answering', async () => {
      const result = await getting(async (peer) => {
        peer.fin()
        await peer.ended
      })
      expect(codeOf(result)).to.equal('REMOTE_ENDED')
    })

    const STRANGE: readonly (readonly [string, string, string])[] = [
      ['a letter of another kind', '{"type":"close","letter":{}}', 'LETTER_UNEXPECTED'],
      ['a confirmation without a size', '{"type":"confirmed","letter":{}}', 'LETTER_UNEXPECTED'],
      ['a size below zero', '{"type":"download-confirmation","letter":{"file_size":-1}}', 'LETTER_MALFORMED'],
      ['no letter at all', 'hello', 'LETTER_MALFORMED'],
    ]
    for (const [what, letter, code] of STRANGE) {
      it(`fails with ${code} when the answer is ${what}`, async () => {
        const result = await getting(async (peer) => {
          await say(peer, letter)
          await peer.ended
          peer.fin()
        })
        expect(codeOf(result)).to.equal(code)
        expect(await readFile(within('local'), 'utf8')).to.equal('abc')
      })
    }

    it('fails with LETTER_UNEXPECTED when two letters come that it did not ask for', async () => {
      await using listener = await RawListener.open()
      await using client = new FileClient({ lingerMs: 50 })
      const connecting = client.connectTo(listener.port)
      const peer = await listener.next()
      await peer.open()
      const connection = await connecting
      await say(peer, '{"type":"confirmed","letter":{}}')
      await say(peer, '{"type":"confirmed","letter":{}}')
      await peer.ended
      peer.fin()
      await connection.goodbye()
      const error = await rejection(connection.put(within('local'), 'a'))
      expect(error.code).to.equal('LETTER_UNEXPECTED')
    })
  })
})

const lengthOf = (text: string): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(text))
  return length
}

const say = async (peer: RawPeer, text: string): Promise<void> => {
  await peer.send(lengthOf(text)).expect('ff')
  peer.send(Buffer.from(text))
}

const sendChunk = async (peer: RawPeer, digits: string): Promise<void> => {
  await peer.send((digits.length / 2).toString(16).padStart(8, '0')).expect('ff')
  peer.send(digits)
}

const expectLetter = async (peer: RawPeer, text: string): Promise<void> => {
  await peer.expect(lengthOf(text).toString('hex'))
  peer.send('ff')
  expect((await peer.read(Buffer.byteLength(text))).toString()).to.equal(text)
}
