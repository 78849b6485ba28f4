import { HELP, numberFrom, type Options, readArguments } from '@/cli/arguments.js'
import { counted } from '@/cli/amounts.js'
import type { Command } from '@/cli/command.js'
import type { Io } from '@/cli/io.js'
import { plainText } from '@/cli/plainText.js'
import { Report } from '@/cli/report.js'
import { StpErrand, STP_NODE, stpNode, stpOptions } from '@/cli/stpNode.js'
import { askForPeers, peerFacts, peerName } from '@/cli/stpPeer.js'
import type { Peer } from '@/protocols/stp/index.js'

const OPTIONS = {
  wait: { type: 'string', value: 'MS', help: 'how long to wait for answers; 2000 unless given' },
  ...STP_NODE,
  'tcp-port': { type: 'string', value: 'PORT', help: 'own port, where peers answer; any that is free unless given' },
  host: { type: 'string', value: 'ADDRESS', help: 'own address at which they answer; 0.0.0.0 unless given' },
  json: { type: 'boolean', help: 'one object a line instead of sentences' },
  ...HELP,
} as const satisfies Options

const keyState = ({ publicKey, keyExposed, features }: Peer): string => {
  if (publicKey === undefined) return 'no key'
  if (keyExposed) return 'has published its private key'
  return ['has a key', ...features].join(', ')
}

const run = async (args: readonly string[], io: Io): Promise<number> => {
  const { values } = readArguments(args, OPTIONS, 0)
  const waitMs = numberFrom(values.wait ?? '2000', '--wait', 0, 600_000)
  const report = new Report(io, values.json === true)
  const options = await stpOptions({ ...values, 'tcp-port': values['tcp-port'] ?? '0' })
  await using server = stpNode(() => new StpErrand({ ...options, syncMs: 0 }))
  await server.listen({ signal: io.stop })
  await askForPeers(server, () => false, waitMs, io.stop)
  const { peers } = server
  for (const peer of peers) {
    const host = plainText(peer.hostname ?? '')
    report.tell('peer', peerFacts(peer), `${peerName(peer)}  ${host}  ${plainText(keyState(peer))}`)
  }
  report.tell('done', { peers: peers.length }, counted(peers.length, 'peer'))
  return 0
}

export const stpPeers: Command = {
  usage: '[options]',
  options: OPTIONS,
  notes: ['Original peers stop listening on TCP once they have been asked; do not ask more often than needed.'],
  examples: [
    ['stp peers', 'in the network, after two seconds'],
    ['stp peers --interface 127.0.0.1 --host 127.0.0.1 --json', 'on this machine, for a program to read'],
  ],
  run,
}
