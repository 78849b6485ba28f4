import type { WireRow } from '@/cli/tour/wireLog.js'

/** One thing that one end said, when it left, and when its last byte was found at the other end. */
export interface Said {
  readonly from: 'client' | 'server'
  readonly bytes: number
  readonly hex: string
  readonly meaning: string
  /** Milliseconds since the first thing was said. */
  readonly leftMs: number
  readonly arrivedMs: number
}

/** Puts the logs of both ends together: bytes that left are found again by their place in the stream. */
export const exchangeOf = (client: readonly WireRow[], server: readonly WireRow[]): readonly Said[] => {
  const said = [...oneWay('client', client, server), ...oneWay('server', server, client)]
  const sorted = said.toSorted((a, b) => a.leftMs - b.leftMs)
  const startMs = sorted[0]?.leftMs ?? 0
  const since = (atMs: number): number => Math.round((atMs - startMs) * 1_000) / 1_000
  return sorted.map((one) => ({ ...one, leftMs: since(one.leftMs), arrivedMs: since(one.arrivedMs) }))
}

const oneWay = (from: Said['from'], sender: readonly WireRow[], receiver: readonly WireRow[]): Said[] => {
  const reads = receiver.filter(({ how }) => how === 'read')
  let written = 0
  return sender
    .filter(({ how }) => how === 'wrote')
    .map(({ atMs, bytes, hex, meaning }) => {
      written += bytes
      return { from, bytes, hex, meaning, leftMs: atMs, arrivedMs: Math.max(atMs, whenRead(reads, written)) }
    })
}

/** When the byte at this place in the stream had been read. */
const whenRead = (reads: readonly WireRow[], place: number): number => {
  let read = 0
  for (const { atMs, bytes } of reads) {
    read += bytes
    if (read >= place) return atMs
  }
  return 0
}
