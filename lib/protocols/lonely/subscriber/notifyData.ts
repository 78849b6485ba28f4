import { asBuffer } from '@/bytes/asBuffer.js'
import type { Body } from '@/protocols/lonely/bodies/body.js'
import type { BodyStore } from '@/protocols/lonely/bodies/bodyStore.js'
import { FileBody } from '@/protocols/lonely/bodies/fileBody.js'
import { spooled } from '@/protocols/lonely/bodies/spooled.js'
import { sha512 } from '@/protocols/lonely/sha512.js'

/**
 * What is notified: text, bytes, a file that does not change meanwhile, or a source that is read to its end first, since its size and digest go ahead of
 * it.
 */
export type NotifyData =
  | string
  | Uint8Array
  | { readonly file: string }
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>

/** The data as a body, which is the caller's to release. @throws TransportError BODY_TOO_LARGE, BODY_FAILED, SOURCE_FAILED, NOT_BYTES */
export const bodyOf = (bodies: BodyStore, data: NotifyData): Body | Promise<Body> => {
  if (typeof data === 'string' || data instanceof Uint8Array) {
    const bytes = typeof data === 'string' ? Buffer.from(data) : asBuffer(data)
    return bodies.keep(bytes, sha512(bytes))
  }
  return 'file' in data ? FileBody.open(data.file) : spooled(bodies, data)
}
