import type { Fault } from '@/lab/faults/fault.js'
import { okFault, type OkOptions } from '@/lab/faults/okFault.js'

/** Loses `count` OKs of the handshake framing, from the one `after` so many. Adds and delays nothing. */
export const dropOk = (options: OkOptions = {}): Fault => okFault('drop-ok', options, 0)
