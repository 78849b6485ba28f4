import { setTimeout as wait } from 'node:timers/promises'

/** Whatever a spec has opened it must also have closed: a handle left over fails the run. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    await wait(20)
    const left = process.getActiveResourcesInfo().filter((name) => /TCP|UDP|Pipe(Server|Connect)|TLSWrap/.test(name))
    if (left.length > 0) throw new Error(`handles left open after the last spec: ${left.join(', ')}`)
  },
}
