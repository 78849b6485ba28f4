import { TransportError } from '@/errors.js'
import type { Role } from '@/framings/framing.js'
import { type Decoder, type Dialect, dialectOf } from '@/lab/decoders/decoder.js'
import { HandshakeDecoder } from '@/lab/decoders/handshakeDecoder.js'
import { JsonDecoder } from '@/lab/decoders/jsonDecoder.js'
import { LengthDecoder } from '@/lab/decoders/lengthDecoder.js'
import { LineDecoder } from '@/lab/decoders/lineDecoder.js'
import { LonelyReader } from '@/lab/decoders/lonelyReader.js'
import type { MessageReader } from '@/lab/decoders/messageReader.js'
import { PnetDecoder } from '@/lab/decoders/pnetDecoder.js'
import { PnetReader } from '@/lab/decoders/pnetReader.js'
import { PyileReader } from '@/lab/decoders/pyileReader.js'
import { rawDialect } from '@/lab/decoders/rawDecoder.js'
import { StpDecoder } from '@/lab/decoders/stpDecoder.js'
import { StpReader } from '@/lab/decoders/stpReader.js'
import { type Wire, type WireFamily, WIRES } from '@/lab/wire/wires.js'

const READERS: Readonly<Record<WireFamily, (role: Role) => MessageReader>> = {
  stp: () => new StpReader(),
  pnet: () => new PnetReader(),
  pyile: () => new PyileReader(),
  lonely: (role) => new LonelyReader(role),
}

const decoderOf = ({ framing, family }: Wire, role: Role): Decoder => {
  const messages = family === undefined ? undefined : READERS[family](role)
  switch (framing) {
    case 'handshake':
      return new HandshakeDecoder(messages)
    case 'length':
      return new LengthDecoder(messages)
    case 'line':
      return new LineDecoder()
    case 'json':
      return new JsonDecoder(messages)
    case 'stp':
      return new StpDecoder(role)
    case 'pnet':
      return new PnetDecoder(role)
  }
}

/** What the lab can read along by itself. */
export const DIALECTS: readonly Dialect[] = [
  ...WIRES.map((wire) => dialectOf(wire.name, (role) => decoderOf(wire, role), wire.framing === 'handshake')),
  rawDialect,
]

/** @throws TransportError OPTION_INVALID naming those there are */
export const dialectNamed = (name: string, dialects: readonly Dialect[] = DIALECTS): Dialect => {
  const found = dialects.find((dialect) => dialect.name === name)
  if (found !== undefined) return found
  const one = dialects.map((dialect) => dialect.name).join(', ')
  throw new TransportError('OPTION_INVALID', { option: 'framing', given: name, one })
}
