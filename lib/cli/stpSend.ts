import { targetFrom, tcpOnly } from '@/cli/addressOption.js'
import { HELP, needed, numberFrom, type Options, readArguments } from '@/cli/arguments.js'
import type { Command } from '@/cli/command.js'
import type { Io } from '@/cli/io.js'
import { plainText } from '@/cli/plainText.js'
import { Report } from '@/cli/report.js'
import { ERRAND_KEY, StpErrand, STP_NODE, STP_PARSE, stpData, stpNode, stpOptions } from '@/cli/stpNode.js'
import { askForPeers, isMeant, peerName } from '@/cli/stpPeer.js'
import { TransportError } from '@/errors.js'

const OPTIONS = {
  plain: { type: 'boolean', help: 'sends in the clear, to HOST:PORT without looking for it' },
  wait: { type: 'string', value: 'MS', help: 'how long to look for the peer; 3000 unless given' },
  ...STP_PARSE,
  ...STP_NODE,
  'tcp-port': { type: 'string', value: 'PORT', help: 'own port, where peers answer; any that is free unless given' },
  host: { type: 'string', value: 'ADDRESS', help: 'own address at which they answer; 0.0.0.0 unless given' },
  json: { type: 'boolean', help: 'one object instead of a sentence' },
  ...HELP,
} as const satisfies Options

const run = async (args: readonly string[], io: Io): Promise<number> => {
  const { values, positionals } = readArguments(args, OPTIONS, 3)
  const to = needed(positionals, 0, 'PEER')
  const namespace = needed(positionals, 1, 'ROUTE')
  const data = stpData(needed(positionals, 2, 'DATA'), values.parse === true)
  const waitMs = numberFrom(values.wait ?? '3000', '--wait', 0, 600_000)
  const report = new Report(io, values.json === true)
  const { stop: signal } = io
  const options = await stpOptions({ ...values, 'tcp-port': values['tcp-port'] ?? '0' })
  const { host, port } = values.plain === true ? tcpOnly(targetFrom(to)) : { host: '', port: 0 }
  await using server = stpNode(() => new StpErrand({ ...options, syncMs: 0 }))
  if (values.plain === true) {
    await server.sendTcp(data, host, { namespace, toPort: port, passPubKey: values.key !== undefined, signal })
    report.tell('sent', { to, namespace, encrypted: false }, `sent to ${plainText(to)}, in the clear`)
    return 0
  }
  await server.listen({ signal })
  const peer = await askForPeers(server, (each) => isMeant(to, each), waitMs, signal)
  if (signal.aborted) throw new TransportError('ABORTED')
  if (peer === undefined) throw new TransportError('PEER_UNKNOWN', { peer: to, waitMs })
  await server.sendToPeer(namespace, data, peer, { signal })
  report.tell(
    'sent',
    { to: `${peer.ip}:${peer.tcpport ?? ''}`, namespace, encrypted: true },
    `sent to ${peerName(peer)}, sealed`,
  )
  return 0
}

export const stpSend: Command = {
  usage: 'PEER ROUTE DATA [options]',
  options: OPTIONS,
  notes: [
    'PEER is a user name, an address, or ADDRESS:PORT if several are there. It is asked for its\nkey first. Original peers stop listening on TCP once they have been asked; they publish their\nprivate key, so what they can be sent is no secret.',
    'What cannot be sealed is not sent.',
    `With --plain it leaves in the clear.\n${ERRAND_KEY}`,
  ],
  examples: [
    ['stp send ana /chat "lunch?"', 'to whoever says that it is ana'],
    ['stp send 10.0.0.7:57001 /orders \'{"item":7}\' --parse', 'JSON, to one of several on that machine'],
    ['stp send 10.0.0.7:57001 /chat hello --plain', 'in the clear, to an original for example'],
  ],
  run,
}
