import type { WireRow } from '@/cli/tour/wireLog.js'
import { foundWhen, Ladder, type Paint, shownHex } from '@/lab/index.js'

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
  const readAt = foundWhen(receiver.filter(({ how }) => how === 'read'))
  let written = 0
  return sender
    .filter(({ how }) => how === 'wrote')
    .map(({ atMs, bytes, hex, meaning }) => {
      written += bytes
      return { from, bytes, hex, meaning, leftMs: atMs, arrivedMs: Math.max(atMs, readAt(written) ?? 0) }
    })
}

/** The exchange as a picture in text: time at the client, what travelled, time at the server, and what it means. */
export const ladderOf = (exchange: readonly Said[], paint: Paint): string => {
  const ladder = new Ladder({ paint, names: { opener: 'client', acceptor: 'server' }, timeColumns: 6 })
  const rungs = exchange.map(({ from, bytes, hex, meaning, leftMs, arrivedMs }) =>
    ladder.rung({
      from: from === 'client' ? 'opener' : 'acceptor',
      shown: shownHex(hex, bytes),
      sentMs: leftMs,
      receivedMs: arrivedMs,
      words: meaning,
    }),
  )
  return [ladder.head(), ...rungs, ''].join('\n')
}
