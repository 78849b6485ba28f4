import type { Settings } from '@/core/options.js'
import { systemError } from '@/core/systemError.js'
import type { FrameWriter, Framing, FramingFactory, Role } from '@/framings/framing.js'
import { HandshakeFraming } from '@/framings/handshake.js'
import { JsonFraming } from '@/framings/json.js'
import { LengthFraming } from '@/framings/length.js'
import { LineFraming } from '@/framings/line.js'

const NAMED: Readonly<Record<'handshake' | 'length' | 'line' | 'json', FramingFactory>> = {
  handshake: (context) => new HandshakeFraming(context),
  length: (context) => new LengthFraming(context),
  line: (context) => new LineFraming(context),
  json: (context) => new JsonFraming(context),
}

/** The framing that the settings name, for one connection. @throws TransportError OPTION_INVALID when a factory throws */
export const createFraming = (settings: Settings, role: Role, writer: FrameWriter): Framing => {
  const { framing, maxMessageBytes, windowBytes } = settings
  const factory = typeof framing === 'function' ? framing : NAMED[framing]
  try {
    return factory({ role, writer, maxMessageBytes, windowBytes })
  } catch (error) {
    throw systemError(error, 'OPTION_INVALID', { option: 'framing' })
  }
}
