/** The life of a connection, from before its socket to after. */
export type Phase = 'idle' | 'opening' | 'starting' | 'open' | 'draining' | 'closed'

/**
 * opening: the opening bytes are being exchanged. starting: `preLoop` runs. draining: no new messages are taken, those
 * that wait still leave.
 */
const NEXT = {
  idle: ['opening', 'closed'],
  opening: ['starting', 'draining', 'closed'],
  starting: ['open', 'draining', 'closed'],
  open: ['draining', 'closed'],
  draining: ['closed'],
  closed: [],
} as const satisfies Record<Phase, readonly Phase[]>

/** Whether `to` may follow `from`. */
export const mayFollow = (from: Phase, to: Phase): boolean => {
  const next: readonly Phase[] = NEXT[from]
  return next.includes(to)
}
