import { HELP, needed, type Options, readArguments } from '@/cli/arguments.js'
import type { Command } from '@/cli/command.js'
import type { Io } from '@/cli/io.js'
import { plainText } from '@/cli/plainText.js'
import { Report } from '@/cli/report.js'
import { ERRAND_KEY, StpErrand, STP_NODE, STP_PARSE, stpData, stpNode, stpOptions } from '@/cli/stpNode.js'

const OPTIONS = {
  ...STP_PARSE,
  ...STP_NODE,
  'tcp-port': { type: 'string', value: 'PORT', help: 'own port, as told to all; 57001 unless given' },
  json: { type: 'boolean', help: 'one object instead of a sentence' },
  ...HELP,
} as const satisfies Options

const run = async (args: readonly string[], io: Io): Promise<number> => {
  const { values, positionals } = readArguments(args, OPTIONS, 2)
  const namespace = needed(positionals, 0, 'ROUTE')
  const data = stpData(needed(positionals, 1, 'DATA'), values.parse === true)
  const report = new Report(io, values.json === true)
  const options = await stpOptions(values)
  await using server = stpNode(() => new StpErrand(options))
  await server.sendUdp(data, { namespace, passPubKey: values.key !== undefined, signal: io.stop })
  report.tell('broadcast', { namespace, data }, `sent to all that listen, on ${plainText(namespace)}, in the clear`)
  return 0
}

export const stpBroadcast: Command = {
  usage: 'ROUTE DATA [options]',
  options: OPTIONS,
  notes: ['It leaves as one datagram; who gets it is not known.', ERRAND_KEY],
  examples: [
    ['stp broadcast /chat "the printer works again"', 'to all in the group'],
    ['stp broadcast /temperature 21.5 --parse --interface 127.0.0.1', 'JSON, to the nodes of this machine'],
  ],
  run,
}
