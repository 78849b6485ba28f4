import { systemClock } from '@/core/clock.js'
import { Commons } from '@/core/commons.js'
import type { Hooks } from '@/core/hooks.js'
import type { Shared } from '@/core/link.js'
import { MemoryBudget } from '@/core/memoryBudget.js'
import { type ConnectionOptions, settingsOf } from '@/core/options.js'

/**
 * What the connections of a server share, for one that has no server and no client.
 * @param ended told once, when its `postLoop` has run
 * @throws TransportError OPTION_INVALID
 */
export const sharedOfOne = <C>(
  options: ConnectionOptions,
  hooks: Hooks<C>,
  ended: (cause: Error | undefined) => void,
): Shared<C> => {
  const settings = settingsOf(options)
  const commons = new Commons(options.clock ?? systemClock, MemoryBudget.ofOne(settings), settings)
  return { hooks, settings, commons, ended: (_id, _connection, cause) => ended(cause) }
}
