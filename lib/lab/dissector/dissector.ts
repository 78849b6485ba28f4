import { TransportError } from '@/errors.js'
import { LUA_BASICS } from '@/lab/dissector/luaBasics.js'
import { LUA_FAMILIES } from '@/lab/dissector/luaFamilies.js'
import { LUA_FRAMINGS } from '@/lab/dissector/luaFramings.js'
import { LUA_JSON } from '@/lab/dissector/luaJson.js'
import { luaText, type LuaValue } from '@/lab/dissector/luaText.js'
import { type Field, FILTER_PREFIX } from '@/lab/wire/field.js'
import { HANDSHAKE_WIRE, OK } from '@/lab/wire/framingWires.js'
import { LONELY_WIRE, type LonelyMessage } from '@/lab/wire/lonelyWire.js'
import { PNET_WIRE } from '@/lab/wire/pnetWire.js'
import { PYILE_WIRE } from '@/lab/wire/pyileWire.js'
import { STP_WIRE } from '@/lab/wire/stpWire.js'
import { FIELDS, type Wire, WIRES } from '@/lab/wire/wires.js'

/** By port of the end that listens: what is spoken there, as `--framing` calls it. */
export type DissectorPorts = Readonly<Record<number, string>>

/** The ports that the protocols have by themselves. */
export const KNOWN_PORTS: DissectorPorts = Object.fromEntries(
  WIRES.flatMap((wire: Wire) => (wire.port === undefined ? [] : [[wire.port, wire.name]])),
)

const filters = (fields: readonly Field[]): readonly string[] => fields.map(({ filter }) => filter)

const catalogue = (messages: Readonly<Record<number, LonelyMessage>>): LuaValue =>
  Object.fromEntries(
    Object.entries(messages).map(([type, { name, headers, inFirstPart, payload }]) => [
      type,
      {
        name,
        headers: filters(headers),
        in_first_part: inFirstPart === undefined ? undefined : filters(inFirstPart),
        payload,
      },
    ]),
  )

const described = Object.fromEntries(
  Object.entries(FIELDS).map(([name, fields]) => [name, fields.map((field) => ({ ...field }))]),
)

/** What the decoders know, as tables of Lua. */
const TABLES: Readonly<Record<string, LuaValue>> = {
  prefix: FILTER_PREFIX,
  wires: WIRES.map((wire) => ({ ...wire })),
  described,
  ok: OK,
  openings: { ...HANDSHAKE_WIRE.opening.words },
  max_first_byte: HANDSHAKE_WIRE.maxFirstByte,
  stp: { members: STP_WIRE.members.map((field) => ({ ...field })) },
  pnet: {
    sections: PNET_WIRE.sections.map((field) => ({ ...field })),
    contents: PNET_WIRE.contents,
    fernet: PNET_WIRE.fernet,
  },
  pyile: { messages: PYILE_WIRE.messages, members: PYILE_WIRE.members.map((field) => ({ ...field })) },
  lonely: {
    headers: filters(LONELY_WIRE.headers),
    opener: catalogue(LONELY_WIRE.opener),
    acceptor: catalogue(LONELY_WIRE.acceptor),
  },
}

/**
 * A dissector for Wireshark and tshark, as one Lua script. What it knows of the protocols is what the decoders know.
 * @param ports to which it listens at once; at others it is chosen with "Decode As"
 * @throws TransportError OPTION_INVALID for a port or a name that there is not
 */
export const wiresharkDissector = (ports: DissectorPorts = KNOWN_PORTS): string => {
  for (const [port, name] of Object.entries(ports)) {
    if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
      throw new TransportError('OPTION_INVALID', { option: 'port', given: port, min: 1, max: 65_535 })
    if (WIRES.some((wire) => wire.name === name)) continue
    const one = WIRES.map((wire) => wire.name).join(', ')
    throw new TransportError('OPTION_INVALID', { option: 'port', given: name, one })
  }
  const tables = Object.entries({ ...TABLES, ports }).map(([name, value]) => `local ${name} = ${luaText(value)}\n`)
  return [HEAD, ...tables, LUA_BASICS, LUA_JSON, LUA_FAMILIES, LUA_FRAMINGS].join('')
}

const HEAD = `-- Framewright: what its framings and protocols say, for Wireshark and tshark. Made by "framewright lab dissector".
-- To use it: put it into the folder of personal Lua plugins (Help, About Wireshark, Folders), or name it on the command
-- line: tshark -X lua_script:framewright.lua -r capture.pcapng
`
