import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/**
 * Keeps the main thread of a process on one core, where the system has `taskset` and cores to choose from. Left alone,
 * a scheduler puts two processes that wait for each other now on one core and now on two, and stays with its choice:
 * the same ping-pong then makes 12,000 rounds a second, or 40,000.
 * @param pid of a process whose helper threads have been started; they stay free
 * @returns whether it was possible
 */
export const keepOnCore = (pid: number | undefined, core: number): boolean => {
  if (pid === undefined || availableParallelism() <= core) return false
  try {
    execFileSync('taskset', ['--cpu-list', '--pid', String(core), String(pid)], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Whether it is possible at all here. */
export const canKeepOnCore = (): boolean => {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' })
    return availableParallelism() > 1
  } catch {
    return false
  }
}
