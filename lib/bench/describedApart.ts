import type { Described } from '@/bench/contender.js'
import { RemoteEnd } from '@/bench/remoteEnd.js'

const LOADING_MS = 20_000

/** Why a module cannot be used. */
export class UnusableModule extends Error {
  override readonly name = 'UnusableModule'
  /** That of the error which loading it threw, such as `ERR_UNKNOWN_FILE_EXTENSION`; else the name of its class. */
  readonly code: string

  constructor(says: string, code: string) {
    super(says)
    this.code = code
  }
}

/**
 * What is known of all contenders that a module exports. It is loaded in a process of its own: whatever it throws, waits for
 * or ends is not ours.
 * @param module its URL @throws Error when it cannot be loaded in time; UnusableModule with the reason that it gave
 */
export const describedApart = async (module: string): Promise<readonly Described[]> => {
  // What Node warns of is in the reason, or of no importance until it is run.
  const end = new RemoteEnd('its module', { timeoutMs: LOADING_MS, execArgv: ['--no-warnings'] })
  try {
    const found = await end.tell('describe', module)
    if ('says' in found) throw new UnusableModule(found.says, found.code)
    return found
  } finally {
    await end.dismiss()
  }
}
