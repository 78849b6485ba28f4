export type { ChunkQueue } from '@/bytes/chunkQueue.js'
export type {
  FrameWriter,
  Framing,
  FramingContext,
  FramingFactory,
  FramingObserver,
  Reading,
  Role,
  Step,
} from '@/framings/framing.js'
export { HandshakeFraming } from '@/framings/handshake.js'
export { FULL, MAX_LENGTH, OK, REFUSED } from '@/framings/handshakeOutbound.js'
export { json, JsonFraming, type JsonOptions } from '@/framings/json.js'
export { length, LengthFraming } from '@/framings/length.js'
export type { LengthOptions } from '@/framings/lengthLayout.js'
export { line, LineFraming, type LineOptions } from '@/framings/line.js'
export { looksLike } from '@/framings/looksLike.js'
export { OpenFraming } from '@/framings/openFraming.js'
