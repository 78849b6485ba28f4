import type { Body } from '@/protocols/lonely/bodies/body.js'
import { MemoryBody } from '@/protocols/lonely/bodies/memoryBody.js'
import { asBuffer } from '@/bytes/asBuffer.js'
import type { Compressor, Compressors } from '@/protocols/lonely/compressors.js'
import type { Compression } from '@/protocols/lonely/messages.js'
import { sha512 } from '@/protocols/lonely/sha512.js'

/** A body as it travels. */
export interface Form {
  readonly body: Body
  readonly compression: Compression | undefined
}

/** The body compressed as a whole. @param bytes all of it */
export const compressedForm = (bytes: Buffer, compressors: Compressors, compressor: Compressor): Form => {
  const { payload, compression } = compressors.compress(bytes, compressor)
  const compressed = asBuffer(payload)
  return { body: new MemoryBody(compressed, sha512(compressed)), compression }
}
