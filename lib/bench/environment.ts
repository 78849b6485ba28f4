import { execFileSync } from 'node:child_process'
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os'
import { canKeepOnCore } from '@/bench/ownCore.js'
import { ownPackage } from '@/bench/packages.js'

/** Where a run was made; numbers without it mean nothing. */
export interface Environment {
  readonly node: string
  readonly v8: string
  readonly cpu: string
  readonly cores: number
  /** Platform, release of the kernel, architecture. */
  readonly system: string
  readonly memoryBytes: number
  /** Of the last minute, before the run. Above 0 others were at work too. */
  readonly load: number
  /** Processes stay on the cores they are given; see `keepOnCore`. */
  readonly coresKept: boolean
  /** Of this package, and of those that it was compared with. */
  readonly packages: Readonly<Record<string, string>>
  /** What is checked out, with a `+` behind it if files differ from that. Absent where this is no repository of ours. */
  readonly commit?: string
}

/** As it is now. */
export const environment = (): Environment => {
  const { folder, version } = ownPackage()
  const commit = commitOf(folder)
  return {
    node: process.version,
    v8: process.versions.v8,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    system: `${platform()} ${release()} ${arch()}`,
    memoryBytes: totalmem(),
    load: loadavg()[0] ?? 0,
    coresKept: canKeepOnCore(),
    packages: { framewright: version },
    ...(commit === undefined ? {} : { commit }),
  }
}

const commitOf = (folder: string): string | undefined => {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    // Installed in the repository of somebody else, this is not about us.
    if (git('rev-parse', '--show-prefix') !== '') return undefined
    return `${git('rev-parse', '--short=12', 'HEAD')}${git('status', '--porcelain') === '' ? '' : '+'}`
  } catch {
    return undefined
  }
}
