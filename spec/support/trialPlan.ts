import type { Plan } from '@/bench/index.js'

/** How a bout of a spec is made. */
export const trialPlan = (timeoutMs = 60_000): Plan => ({
  pace: 'trial',
  timeoutMs,
  wishes: {},
  signal: new AbortController().signal,
  progress: () => {},
  note: () => false,
  present: () => true,
})
