import type { Fault } from '@/lab/faults/fault.js'
import { okFault, type OkOptions } from '@/lab/faults/okFault.js'

/** Says `count` OKs of the handshake framing twice, from the one `after` so many. Loses and delays nothing. */
export const duplicateOk = (options: OkOptions = {}): Fault => okFault('duplicate-ok', options, 2)
