import type { Field } from '@/lab/wire/field.js'
import { HANDSHAKE_WIRE, JSON_WIRE, LENGTH_WIRE, LINE_WIRE } from '@/lab/wire/framingWires.js'
import { LONELY_WIRE } from '@/lab/wire/lonelyWire.js'
import { PNET_WIRE } from '@/lab/wire/pnetWire.js'
import { PYILE_WIRE } from '@/lab/wire/pyileWire.js'
import { STP_WIRE } from '@/lab/wire/stpWire.js'

/** How messages are told apart. `stp` and `pnet`: by what is in them. */
export type WireFraming = 'handshake' | 'length' | 'line' | 'json' | 'stp' | 'pnet'
/** What is in the messages, where that is known. */
export type WireFamily = 'stp' | 'pnet' | 'pyile' | 'lonely'

/** What a connection speaks. */
export interface Wire {
  /** As `--framing` and the dissector call it. */
  readonly name: string
  readonly framing: WireFraming
  readonly family?: WireFamily
  /** Of the end that listens, unless it is told another one. */
  readonly port?: number
  /** One line, for tables. */
  readonly about: string
}

/** All that the lab can read along, but for raw bytes. */
export const WIRES = [
  { name: 'handshake', framing: 'handshake', about: 'an opening byte; lengths, answers, payloads' },
  { name: 'length', framing: 'length', about: 'lengths of 4 bytes, big-endian, and payloads' },
  { name: 'line', framing: 'line', about: 'lines, each with a newline behind it' },
  { name: 'json', framing: 'json', about: 'JSON values, with or without white space between' },
  { name: 'stp', framing: 'stp', family: 'stp', port: 57_001, about: 'STP: one packet with its sizes in front' },
  { name: 'stp-handshake', framing: 'handshake', family: 'stp', about: 'STP, a packet in a message' },
  { name: 'pnet', framing: 'pnet', family: 'pnet', port: 3_333, about: 'pnet: a packet of each end, one line' },
  { name: 'pnet-handshake', framing: 'handshake', family: 'pnet', about: 'pnet, a packet in a message' },
  { name: 'pyile', framing: 'json', family: 'pyile', port: 4_702, about: 'Pyile: JSON values' },
  { name: 'pyile-handshake', framing: 'handshake', family: 'pyile', about: 'Pyile, a value in a message' },
  { name: 'lonely', framing: 'handshake', family: 'lonely', about: 'lonely over TCP, as it is by default' },
  { name: 'lonely-length', framing: 'length', family: 'lonely', about: 'lonely over a length alone' },
] as const satisfies readonly Wire[]

/** Every field by the protocol that its filter begins with: `fw.stp.namespace`. */
export const FIELDS: Readonly<Record<WireFraming | WireFamily, readonly Field[]>> = {
  handshake: [HANDSHAKE_WIRE.opening, HANDSHAKE_WIRE.length, HANDSHAKE_WIRE.answer, HANDSHAKE_WIRE.payload],
  length: [LENGTH_WIRE.length, LENGTH_WIRE.payload],
  line: [LINE_WIRE.line],
  json: [JSON_WIRE.value],
  stp: [STP_WIRE.headerSize, STP_WIRE.bodySize, STP_WIRE.header, ...STP_WIRE.members, STP_WIRE.body, STP_WIRE.sealed],
  pnet: [...PNET_WIRE.sections, PNET_WIRE.contentKind],
  pyile: [PYILE_WIRE.message, ...PYILE_WIRE.members],
  lonely: [LONELY_WIRE.flags, LONELY_WIRE.type, LONELY_WIRE.message, ...LONELY_WIRE.headers, LONELY_WIRE.payload],
}
