import { type Detail, TransportError } from '@/errors.js'

/** What arrived is not a message; `problem` says what is wrong with it. */
export const malformed = (problem: string, detail: Detail = {}, options?: ErrorOptions): TransportError =>
  new TransportError('LONELY_MALFORMED', { problem, ...detail }, options)

/** What was to be written has no place on the wire, or none that could be read. */
export const unwritable = (problem: string, detail: Detail = {}): TransportError =>
  new TransportError('LONELY_UNWRITABLE', { problem, ...detail })
