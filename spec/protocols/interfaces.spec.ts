import { expect } from 'chai'
import { Namespace, type Station, WHY_NO_NAMESPACES } from '../support/namespaces.js'
import { turns } from '../support/turns.js'

/** Loads a program twice, on a machine with much else to do. */
const TIMEOUT_MS = 60_000
const why = WHY_NO_NAMESPACES === undefined ? '' : ` (skipped: ${WHY_NO_NAMESPACES})`

/** A cable between two machines that have nothing else. Resolves when both have noticed. */
const plug = async (
  one: Namespace,
  two: Namespace,
  at: { readonly one: string; readonly two: string },
): Promise<void> => {
  one.ip(`link add wire type veth peer name wire netns ${two.name}`)
  const ends = [
    [one, at.one],
    [two, at.two],
  ] as const
  for (const [machine, address] of ends) {
    machine.ip(`addr add ${address}/24 dev wire`)
    machine.ip('link set wire up')
  }
  // The system takes up to a second to see that there is something at the other end.
  for (const [machine] of ends) while (!/ UP /.test(machine.ip('-br link show dev wire'))) await turns()
}

describe(`interfaces that come and go${why}`, () => {
  before(function () {
    if (WHY_NO_NAMESPACES !== undefined) this.skip()
  })

  /** Both have found each other, both ways, by both protocols, and talk. */
  const met = async (alice: Station, bob: Station, at: { readonly one: string; readonly two: string }) => {
    const found = (name: string, ip: string): object[] => [
      { stp: 'here', user: name, ip },
      { pnet: 'here', name, host: ip },
    ]
    await Promise.all([alice.tells(...found('bob', at.two)), bob.tells(...found('alice', at.one))])
    alice.type('bob')
    await Promise.all([
      alice.tells({ pnet: 'answer', value: 'bob greets alice' }),
      bob.tells({ stp: 'heard', user: 'alice', data: 'alice' }),
    ])
  }
  const lost = (station: Station, name: string, ip: string): Promise<void> =>
    station.tells({ stp: 'gone', user: name, ip }, { pnet: 'gone', name, host: ip })

  it('between two machines: STP and pnet find each other again when a cable is down and up, and when it is another one', async function () {
    this.timeout(TIMEOUT_MS)
    await using one = new Namespace('one')
    await using two = new Namespace('two')
    const first = { one: '10.77.0.1', two: '10.77.0.2' }
    await plug(one, two, first)
    const alice = one.start('station', 'alice', 'wire')
    const bob = two.start('station', 'bob', 'wire')
    try {
      await met(alice, bob, first)

      one.ip('link set wire down')
      await Promise.all([lost(alice, 'bob', first.two), lost(bob, 'alice', first.one)])
      one.ip('link set wire up')
      await met(alice, bob, first)

      one.ip('link delete wire')
      await Promise.all([lost(alice, 'bob', first.two), lost(bob, 'alice', first.one)])
      const other = { one: '10.78.0.1', two: '10.78.0.2' }
      await plug(one, two, other)
      await met(alice, bob, other)
    } catch (error) {
      throw new Error(`alice\n${alice.said}\nbob\n${bob.said}`, { cause: error })
    }
  })

  it('and come late: STP and pnet begin without theirs, say so, and find each other when it is there', async function () {
    this.timeout(TIMEOUT_MS)
    await using one = new Namespace('one')
    await using two = new Namespace('two')
    const alice = one.start('station', 'alice', 'wire')
    const bob = two.start('station', 'bob', 'wire')
    try {
      const absent = [
        { stp: 'raised', code: 'GROUP_UNREACHED', system: 'ENODEV' },
        { pnet: 'raised', code: 'DATAGRAM_UNSENT', system: 'ENODEV' },
      ]
      await alice.tells(...absent, { ready: 'alice' })
      await bob.tells(...absent, { ready: 'bob' })
      const addresses = { one: '10.79.0.1', two: '10.79.0.2' }
      await plug(one, two, addresses)
      await met(alice, bob, addresses)
    } catch (error) {
      throw new Error(`alice\n${alice.said}\nbob\n${bob.said}`, { cause: error })
    }
  })

  it('that are replaced more often than a socket may join groups do not cost it its group, however they were chosen', async function () {
    this.timeout(TIMEOUT_MS)
    await using machine = new Namespace('one')
    const program = machine.start('flapping', '22')
    await program.over
    const well = JSON.stringify({ heard: 'still here', joined: true, samePort: true, troubles: [] })
    expect(program.said).to.equal(`${well}\n${well}`)
  })
})
