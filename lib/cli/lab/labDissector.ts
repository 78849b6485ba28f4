import { HELP, numberFrom, oneOf, type Options, readArguments } from '@/cli/arguments.js'
import type { Command } from '@/cli/command.js'
import type { Io } from '@/cli/io.js'
import { UsageError } from '@/cli/usageError.js'
import { KNOWN_PORTS, wiresharkDissector, WIRES } from '@/lab/index.js'

const OPTIONS = {
  port: {
    type: 'string',
    value: 'PORT=NAME',
    multiple: true,
    help: 'what is spoken there; may be given several times',
  },
  ...HELP,
} as const satisfies Options

const NAMES = WIRES.map(({ name }) => name)

/** @throws UsageError */
const portFrom = (text: string): readonly [port: number, name: string] => {
  const [port = '', name, ...more] = text.split('=')
  if (name === undefined || more.length > 0)
    throw new UsageError(`--port wants PORT=NAME, not ${JSON.stringify(text)}`, 'such as 4000=handshake')
  return [numberFrom(port, '--port', 1, 65_535), oneOf(name, '--port', NAMES)]
}

const run = (args: readonly string[], io: Io): Promise<number> => {
  const { values } = readArguments(args, OPTIONS, 0)
  const ports = Object.fromEntries((values.port ?? []).map(portFrom))
  io.stdout.write(wiresharkDissector({ ...KNOWN_PORTS, ...ports }))
  return Promise.resolve(0)
}

const known = Object.entries(KNOWN_PORTS).map(([port, name]) => `${port} ${name}`)

export const labDissector: Command = {
  usage: '[--port PORT=NAME ...]',
  options: OPTIONS,
  notes: [
    `NAME is one of ${NAMES.slice(0, 6).join(', ')},\n${NAMES.slice(6).join(', ')}.\nWithout being told it knows ${known.join(', ')}.\nAt other ports Wireshark offers all of them under "Decode As".`,
  ],
  examples: [
    ['lab dissector > framewright.lua', 'for the folder of personal Lua plugins of Wireshark'],
    ['lab dissector --port 4000=handshake > framewright.lua', 'tshark -X lua_script:framewright.lua -r web.pcapng'],
    ['lab dissector --port 4800=lonely > framewright.lua', 'filter with fw.lonely.topic == "news"'],
  ],
  run,
}
