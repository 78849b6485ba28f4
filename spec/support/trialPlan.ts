import type { Plan } from '@/bench/index.js'

/** How a bout of a spec is made. */
export const trialPlan = (timeoutMs = 30_000): Plan => ({
  pace: 'trial',
  timeoutMs,
  signal: new AbortController().signal,
  progress: () => {},
  present: () => true,
})
