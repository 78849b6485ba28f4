import { readFile } from 'node:fs/promises'
import { expect } from 'chai'
import { selfSigned } from '@/core/certificate.js'
import { Connection } from '@/core/index.js'
import { connectedPair, portOfServer } from '../support/pair.js'

class Quiet extends Connection {}

const TABLE = '/proc/net/tcp'
/** What Linux shows of a connected socket of ours at a port: 02 is the timer of keep-alive, 00 none. */
const timersOf = async (port: number): Promise<readonly string[]> => {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const rows = (await readFile(TABLE, 'latin1')).split('\n').map((row) => row.trim().split(/\s+/))
  const ours = rows.filter(([, local, remote, state]) => state === '01' && `${local} ${remote}`.includes(`:${hex}`))
  return ours.map((cells) => cells[5]?.slice(0, 2) ?? '')
}

describe('keepAliveMs, where the system shows the timers of its sockets in /proc', () => {
  let tls: { readonly server: { readonly tls: object }; readonly client: { readonly tls: object } }

  before(async function () {
    if (!(await timersOf(0).catch(() => undefined))) this.skip()
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
        const port = portOfServer(pair.server)
        // What has just been sent has a timer of its own until it is acknowledged.
        let timers = await timersOf(port)
        while (timers.some((one) => one === '01')) timers = await timersOf(port)
        expect(timers).to.deep.equal([timer, timer])
      })
    }
  }
})
