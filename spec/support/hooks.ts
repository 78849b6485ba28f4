import { setTimeout as wait } from 'node:timers/promises'
import { openHandles } from './openHandles.js'

/** How long what a spec has closed may take to be gone, on a machine with much else to do. */
const GRACE_MS = 4_000

/** Whatever a spec has opened it must also have closed: a handle left over fails the run. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    for (let waited = 0; openHandles().length > 0 && waited < GRACE_MS; waited += 20) await wait(20)
    const left = openHandles()
    if (left.length > 0) throw new Error(`handles left open after the last spec: ${left.join(', ')}`)
  },
}
