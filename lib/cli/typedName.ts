import { basename, relative } from 'node:path'
import type { Io } from '@/cli/io.js'

/**
 * What a person types to start this program once more. In a clone of the repository nothing is called framewright.
 * @param folder where it is typed
 */
export const typedName = ({ self, environment }: Pick<Io, 'self' | 'environment'>, folder: string): string => {
  const program = self.at(-1) ?? ''
  const isInstalled = !/^main\.[jt]s$/.test(basename(program)) || /[\\/]node_modules[\\/]/.test(program)
  if (isInstalled) return environment['npm_command'] === 'exec' ? 'npx framewright' : 'framewright'
  return ['node', ...self.slice(1, -1), relative(folder, program)].join(' ')
}
