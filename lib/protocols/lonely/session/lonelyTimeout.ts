import { type Detail, TransportError } from '@/errors.js'

/** The other end owes us something, and it has not come. @param awaits what it is, for people */
export const lonelyTimeout = (awaits: string, limitMs: number, detail: Detail = {}): TransportError =>
  new TransportError('LONELY_TIMEOUT', { awaits, limitMs, ...detail })
