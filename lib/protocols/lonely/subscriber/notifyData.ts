import { asBuffer } from '@/bytes/asBuffer.js'
import { unlessAborted } from '@/core/index.js'
import type { Body } from '@/protocols/lonely/bodies/body.js'
import type { BodyStore } from '@/protocols/lonely/bodies/bodyStore.js'
import { FileBody } from '@/protocols/lonely/bodies/fileBody.js'
import { spooled } from '@/protocols/lonely/bodies/spooled.js'
import { sha512 } from '@/protocols/lonely/sha512.js'

/**
 * What is notified: text, bytes, a file that does not change meanwhile, or a source that is read to its end first,
 * since its size and digest go ahead of it.
 */
export type NotifyData =
  | string
  | Uint8Array
  | { readonly file: string }
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>

/**
 * The data as a body, which is the caller's to release.
 * @throws TransportError BODY_TOO_LARGE, BODY_FAILED, SOURCE_FAILED, NOT_BYTES, ABORTED
 */
export const bodyOf = (bodies: BodyStore, data: NotifyData, signal: AbortSignal | undefined): Body | Promise<Body> => {
  if (typeof data === 'string' || data instanceof Uint8Array) {
    const bytes = typeof data === 'string' ? Buffer.from(data) : asBuffer(data)
    const kept = bodies.keep(bytes, sha512(bytes))
    return kept instanceof Promise ? orReleased(kept, signal) : kept
  }
  return orReleased('file' in data ? FileBody.open(data.file) : spooled(bodies, data, signal), signal)
}

/** A body that comes too late is let go. */
const orReleased = async (kept: Promise<Body>, signal: AbortSignal | undefined): Promise<Body> => {
  try {
    return await unlessAborted(kept, signal)
  } catch (error) {
    kept.then((body) => body.release(), ignore)
    throw error
  }
}

const ignore = (): void => {}
