import type { Said } from '@/cli/tour/exchange.js'
import type { Paint } from '@/cli/tour/paint.js'

const LANE = 36

/** The exchange as a ladder: time at the client, what travelled, time at the server, and what it means. */
export const ladder = (exchange: readonly Said[], paint: Paint): string => {
  const head = `  ${'client'.padStart(6)}${' '.repeat(LANE + 4)}server`
  const units = `  ${'ms'.padStart(6)}${' '.repeat(LANE + 4)}${'ms'.padStart(6)}`
  return [paint('bold', head), paint('dim', units), ...exchange.map((said) => rung(said, paint)), ''].join('\n')
}

const rung = ({ from, bytes, hex, meaning, leftMs, arrivedMs }: Said, paint: Paint): string => {
  const shown = (hex.match(/../g) ?? []).join(' ') + (bytes * 2 > hex.length ? ' ..' : '')
  const line = '─'.repeat(Math.max(1, LANE - shown.length - 2))
  const lane = from === 'client' ? `${shown} ${line}▶` : `◀${line} ${shown}`
  const [client, server] = from === 'client' ? [leftMs, arrivedMs] : [arrivedMs, leftMs]
  const colour = from === 'client' ? 'cyan' : 'green'
  return `  ${paint('dim', time(client))}  ${paint(colour, lane)}  ${paint('dim', time(server))}  ${meaning}`
}

const time = (ms: number): string => ms.toFixed(2).padStart(6)
