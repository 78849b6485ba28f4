import { type Ask, askAgain, refusalIn } from '@/protocols/pnet/ask.js'
import { cut } from '@/protocols/pnet/cut.js'
import type { NodeReply } from '@/protocols/pnet/nodeReply.js'
import { encodePart, TotalChecksum } from '@/protocols/pnet/parts.js'
import { TransportError } from '@/errors.js'

/** A stream whose size is known, and that can be read from its start as often as there are peers to send it to. */
export interface Source {
  readonly sizeBytes: number
  pieces(): AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

/** Where a stream goes. */
export interface UploadTarget {
  readonly ask: Ask
  readonly functionName: string
  readonly originator: string
  /** Of the stream: nobody may guess it. */
  readonly id: string
  /** Bytes of each part but the last. */
  readonly chunkBytes: number
}

/**
 * Sends a stream part by part, each on a connection of its own, and gives what the function replies. Stops at the first
 * refusal; a part whose checksum was refused, or whose reply was lost, is sent at most twice more.
 * @throws TransportError FUNCTION_UNKNOWN, CHECKSUM_DIFFERENT, CALL_FAILED, SOURCE_MISMATCH, or what the requests throw
 */
export const uploadStream = async (source: Source, target: UploadTarget): Promise<NodeReply> => {
  const { ask, functionName, originator, chunkBytes, id } = target
  const parts = Math.ceil(source.sizeBytes / chunkBytes)
  const upload = { command: 'CHUNKED', id } as const
  await askAgain(ask, { ...upload, stage: 'initiator', parts, originator, functionName }, expectSuccess)
  const total = new TotalChecksum()
  let index = 0
  let sentBytes = 0
  for await (const chunk of cut(source.pieces(), chunkBytes)) {
    const part = encodePart(chunk)
    await askAgain(ask, { ...upload, stage: 'part', index, part, originator }, expectSuccess)
    total.add(part)
    index++
    sentBytes += chunk.length
  }
  if (sentBytes !== source.sizeBytes)
    throw new TransportError('SOURCE_MISMATCH', { size: source.sizeBytes, given: sentBytes })
  return ask({ ...upload, stage: 'end', originator, checksum: total.digest() })
}

const expectSuccess = (reply: NodeReply): void => {
  if (reply.command !== 'RESPONSE') throw refusalIn(reply)
}
