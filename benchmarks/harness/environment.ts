import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os'
import { canKeepOnCore } from './ownCore.js'

/** Where a run was made; numbers without it mean nothing. */
export interface Environment {
  readonly node: string
  readonly v8: string
  readonly cpu: string
  readonly cores: number
  readonly system: string
  readonly memoryBytes: number
  /** Of the last minute, before the run. Above 0 others were at work too. */
  readonly load: number
  /** Processes stay on the cores they are given; see `keepOnCore`. */
  readonly coresKept: boolean
}

export const environment = (): Environment => ({
  node: process.version,
  v8: process.versions.v8,
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  system: `${platform()} ${release()} ${arch()}`,
  memoryBytes: totalmem(),
  load: loadavg()[0] ?? 0,
  coresKept: canKeepOnCore(),
})
