import { execFileSync } from 'node:child_process'
import { Ear } from './ear.js'
import { ManualClock } from './manualClock.js'
import { turns } from './turns.js'

/**
 * A program for a network namespace of its own: two members of multicast groups, whose interface is replaced by another
 * one of the same name and address again and again, always between two looks at it. It tells what each still hears.
 */
const times = Number(process.argv[2])
const GROUP = '239.192.1.212'
const REJOIN_MS = 5_000

const replace = (before: readonly string[]): void => {
  const commands = [
    ...before,
    'link add wire type veth peer name reel',
    'addr add 10.77.0.1/24 dev wire',
    'link set wire up',
    'link set reel up',
    'route add 224.0.0.0/4 dev wire',
  ]
  execFileSync('ip', ['-batch', '-'], { input: commands.join('\n') })
}

const clock = new ManualClock()
const common = { group: GROUP, reuseAddr: true, clock, rejoinMs: REJOIN_MS }
const ears = [new Ear(common), new Ear({ ...common, multicastInterface: 'wire' })]

replace([])
for (const ear of ears) await ear.open()
const ports = ears.map(({ address }) => address.port)
for (let time = 0; time < times; time++) {
  replace(['link delete wire'])
  clock.advance(REJOIN_MS)
  // Long enough for another socket to be bound.
  await turns(20)
}
for (const [at, ear] of ears.entries()) {
  await ear.sendToGroup(Buffer.from('still here'))
  const [heard] = await ear.hears(1)
  const troubles = ear.troubles.map(({ code }) => code)
  console.log(JSON.stringify({ heard, joined: ear.joined, samePort: ear.address.port === ports[at], troubles }))
  await ear.close()
}
