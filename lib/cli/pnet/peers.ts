import { counted } from '@/cli/amounts.js'
import { HELP, numberFrom, type Options, readArguments } from '@/cli/arguments.js'
import type { Command } from '@/cli/command.js'
import type { Io } from '@/cli/io.js'
import { plainText } from '@/cli/plainText.js'
import { NETWORK, NODE_NAMES, nodeSettings } from '@/cli/pnet/nodeSettings.js'
import { pause } from '@/cli/pnet/pause.js'
import { Report } from '@/cli/report.js'
import { understood } from '@/cli/understood.js'
import { Node, type NodeOptions, type Peer } from '@/protocols/pnet/index.js'

const OPTIONS = {
  wait: { type: 'string', value: 'MS', help: 'listens so long; 3000 unless given, 0 until it is stopped' },
  ...NETWORK,
  json: { type: 'boolean', help: 'one object a line instead of sentences' },
  ...HELP,
} as const satisfies Options

class Listener extends Node {
  constructor(
    options: NodeOptions,
    private readonly report: Report,
  ) {
    super(options)
  }

  protected override peerJoined(peer: Peer): void {
    this.#tell('joined', peer)
  }

  protected override peerChanged(peer: Peer): void {
    this.#tell('changed', peer)
  }

  #tell(change: string, { name, host, port, publicKey: { bits } }: Peer): void {
    const changed = change === 'changed' ? ', changed' : ''
    const sentence = `${plainText(name)} at ${plainText(host)}:${port}, a key of ${bits} bits${changed}`
    this.report.tell('peer', { change, name, host, port, bits }, sentence)
  }
}

const run = async (args: readonly string[], io: Io): Promise<number> => {
  const { values } = readArguments(args, OPTIONS, 0)
  const waitMs = numberFrom(values.wait ?? '3000', '--wait', 0, 2 ** 31 - 1)
  const report = new Report(io, values.json === true)
  const settings = await nodeSettings(values, 'listener')
  await using node = understood(NODE_NAMES, () => new Listener(settings, report))
  await node.discover()
  await pause(waitMs, io.stop)
  const { length: peers } = node.peers
  report.tell('done', { peers }, counted(peers, 'peer'))
  return 0
}

export const pnetPeers: Command = {
  usage: '[options]',
  options: OPTIONS,
  notes: ['Nodes tell of themselves every 2.5 seconds. With a network key only those that have it are seen.'],
  examples: [
    ['pnet peers', 'who is there'],
    ['pnet peers --wait 0 --json', 'who comes, for a program to read, until SIGINT'],
  ],
  run,
}
