import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { selfSigned } from '@/core/certificate.js'
import { Connection } from '@/core/index.js'
import { connectedPair, portOfServer } from '../support/pair.js'

class Quiet extends Connection {}

const TABLE = '/proc/net/tcp'
const hexOf = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0')
/**
 * What Linux shows of the connected sockets between two ports: 02 is the timer of keep-alive, 00 none. A table that
 * changes while it is read may show a socket twice, so each end counts once.
 */
const timersOf = async (one: number, other: number): Promise<readonly string[]> => {
  const ends = [`${hexOf(one)} ${hexOf(other)}`, `${hexOf(other)} ${hexOf(one)}`]
  const rows = (await readFile(TABLE, 'latin1')).split('\n').map((row) => row.trim().split(/\s+/))
  const timers = new Map<string, string>()
  for (const [, local = '', remote = '', state, , timer = ''] of rows) {
    const end = `${local.slice(-4)} ${remote.slice(-4)}`
    if (state === '01' && ends.includes(end)) timers.set(end, timer.slice(0, 2))
  }
  return [...timers.values()]
}

describe('keepAliveMs, where the system shows the timers of its sockets in /proc', () => {
  let tls: { readonly server: { readonly tls: object }; readonly client: { readonly tls: object } }

  before(async function () {
    if (!(await timersOf(0, 0).catch(() => undefined))) this.skip()
    const { key, cert } = await selfSigned({ hosts: ['127.0.0.1'] })
    tls = { server: { tls: { key, cert } }, client: { tls: { ca: cert } } }
  })

  for (const [what, options, timer] of [
    ['unless told otherwise, the system asks after silent hosts at both ends', {}, '02'],
    ['0 asks at neither end', { keepAliveMs: 0 }, '00'],
  ] as const) {
    for (const carrier of ['TCP', 'TLS'] as const) {
      it(`${what}, over ${carrier}`, async () => {
        const ends = { serves: Quiet, connects: Quiet, both: options, ...(carrier === 'TLS' ? tls : {}) }
        await using pair = await connectedPair(ends)
        const ports = [portOfServer(pair.server), Number(pair.served.remoteAddress?.split(':').at(-1))] as const
        // What has just been sent has a timer of its own until it is acknowledged.
        let timers = await timersOf(...ports)
        while (timers.some((one) => one === '01')) timers = await timersOf(...ports)
        expect(timers).to.deep.equal([timer, timer])
      })
    }
  }
})
