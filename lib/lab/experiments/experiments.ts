import type { Experiment } from '@/lab/experiments/frame/experiment.js'
import { manyReads } from '@/lab/experiments/manyReads.js'
import { nagle } from '@/lab/experiments/nagle.js'

/** All of them, in the order in which they are best read. A new one is one more entry. */
export const EXPERIMENTS: readonly Experiment[] = [nagle, manyReads]
