import type { Stretch } from '@/lab/decoders/decoder.js'

/** What the first bytes of a chunk are within a message. */
export interface Reading extends Pick<Stretch, 'bytes' | 'meaning' | 'endsField'> {
  /** The message has come to the end that it announces itself. */
  readonly endsMessage?: boolean
}

/**
 * Reads along what is in the messages of one direction, one after the other; a framing says where each begins and ends.
 * It keeps a few kilobytes at most, and throws nothing.
 */
export interface MessageReader {
  /** @param size bytes of the message that begins; Infinity when only its end will tell */
  begin(size: number): void
  /**
   * The first field of what has come.
   * @param bytes of the message; none only where the last of them have come and their end shows now
   * @param last the message ends with them
   */
  read(bytes: Buffer, last: boolean): Reading
}

/** Stretches of the bytes of a message, all of which are read. */
export const payloadStretches = (reader: MessageReader, bytes: Buffer, last: boolean): Stretch[] => {
  const found: Stretch[] = []
  for (let rest = bytes; rest.length > 0; ) {
    const reading = reader.read(rest, last)
    rest = rest.subarray(reading.bytes.length)
    found.push(payloadStretch(reading, last && rest.length === 0))
  }
  return found
}

export const payloadStretch = ({ bytes, meaning, endsField }: Reading, endsFrame: boolean): Stretch => ({
  kind: 'payload',
  bytes,
  endsField,
  endsFrame,
  meaning,
})
