import type { Experiment } from '@/lab/experiments/frame/experiment.js'
import { backPressure } from '@/lab/experiments/backPressure.js'
import { connecting } from '@/lab/experiments/connecting.js'
import { halfClose } from '@/lab/experiments/halfClose.js'
import { collision } from '@/lab/experiments/collision.js'
import { eventLoopStall } from '@/lab/experiments/eventLoopStall.js'
import { halfOpen } from '@/lab/experiments/halfOpen.js'
import { pipelining } from '@/lab/experiments/pipelining.js'
import { hugeLength } from '@/lab/experiments/hugeLength.js'
import { manyWrites } from '@/lab/experiments/manyWrites.js'
import { partialWrite } from '@/lab/experiments/partialWrite.js'
import { resetOrEnd } from '@/lab/experiments/resetOrEnd.js'
import { slowloris } from '@/lab/experiments/slowloris.js'
import { slowReader } from '@/lab/experiments/slowReader.js'
import { timeWait } from '@/lab/experiments/timeWait.js'
import { manyReads } from '@/lab/experiments/manyReads.js'
import { nagle } from '@/lab/experiments/nagle.js'

/** All of them, in the order in which they are best read. A new one is one more entry. */
export const EXPERIMENTS: readonly Experiment[] = [
  nagle,
  manyReads,
  manyWrites,
  partialWrite,
  backPressure,
  slowReader,
  halfClose,
  resetOrEnd,
  connecting,
  timeWait,
  hugeLength,
  slowloris,
  halfOpen,
  pipelining,
  collision,
  eventLoopStall,
]
