import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { checkRanges, systemError } from '@/core/index.js'
import { captureRecording } from '@/lab/replay/captureRecording.js'
import { linesRecording } from '@/lab/replay/linesRecording.js'
import { isPcapng } from '@/lab/replay/pcapngPackets.js'
import { malformed, type RecordedConversation, RECORDING_RANGES, type RecordingLimits } from '@/lab/replay/recording.js'

/**
 * The conversations of a recording: a pcapng file, or the rows of a timeline with all bytes, one JSON object a line. Nothing
 * in it is trusted.
 * @throws TransportError RECORDING_MALFORMED, OPTION_INVALID
 */
export const parseRecording = (file: Buffer, limits: RecordingLimits = {}): readonly RecordedConversation[] => {
  const checked = checkRanges<RecordingLimits>(limits, RECORDING_RANGES)
  if (file.length > checked.maxRecordingBytes) throw tooLarge(file.length, checked.maxRecordingBytes)
  return isPcapng(file) ? captureRecording(file, checked) : linesRecording(file, checked)
}

/** The same of a file, or of a stream. @throws TransportError FILE_FAILED, RECORDING_MALFORMED, OPTION_INVALID */
export const readRecording = async (
  source: string | Readable,
  limits: RecordingLimits = {},
): Promise<readonly RecordedConversation[]> => {
  const { maxRecordingBytes } = checkRanges<RecordingLimits>(limits, RECORDING_RANGES)
  return parseRecording(await allBytes(source, maxRecordingBytes), limits)
}

/** Reads no more than the limit, whatever the system says of the size: it may be a pipe. */
const allBytes = async (source: string | Readable, limit: number): Promise<Buffer> => {
  const pieces: Buffer[] = []
  let size = 0
  try {
    for await (const piece of typeof source === 'string' ? createReadStream(source) : source) {
      const bytes: Buffer = piece
      size += bytes.length
      if (size > limit) throw tooLarge(size, limit)
      pieces.push(bytes)
    }
  } catch (error) {
    throw systemError(error, 'FILE_FAILED', typeof source === 'string' ? { path: source } : {})
  }
  return Buffer.concat(pieces, size)
}

const tooLarge = (size: number, limit: number): Error =>
  malformed('it is larger than maxRecordingBytes', { size, limit })
