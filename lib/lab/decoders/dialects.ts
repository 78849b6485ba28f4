import { TransportError } from '@/errors.js'
import type { Dialect } from '@/lab/decoders/decoder.js'
import { handshakeDialect } from '@/lab/decoders/handshakeDecoder.js'
import { lengthDialect } from '@/lab/decoders/lengthDecoder.js'
import { lineDialect } from '@/lab/decoders/lineDecoder.js'
import { rawDialect } from '@/lab/decoders/rawDecoder.js'

/** What the lab can read along by itself. */
export const DIALECTS: readonly Dialect[] = [handshakeDialect, lengthDialect, lineDialect, rawDialect]

/** @throws TransportError OPTION_INVALID naming those there are */
export const dialectNamed = (name: string, dialects: readonly Dialect[] = DIALECTS): Dialect => {
  const found = dialects.find((dialect) => dialect.name === name)
  if (found !== undefined) return found
  const one = dialects.map((dialect) => dialect.name).join(', ')
  throw new TransportError('OPTION_INVALID', { option: 'framing', given: name, one })
}
