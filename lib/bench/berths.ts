import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Berth, Carrier } from '@/bench/carrier.js'

/** Loads the core only where it is needed: whoever imports `framewright/bench`, as contenders do, loads this file. */
const newCertificate = async () => (await import('@/core/index.js')).selfSigned()

/** Makes berths. One certificate serves them all: a new key takes as long as a whole sample. */
export class Berths {
  #certificate: ReturnType<typeof newCertificate> | undefined
  readonly #paths: string[] = []

  async at(carrier: Carrier): Promise<Berth> {
    if (carrier === 'tcp') return { carrier }
    if (carrier === 'unix') return { carrier, path: this.#freePath() }
    this.#certificate ??= newCertificate()
    const { key, cert } = await this.#certificate
    return { carrier, key, cert }
  }

  /** Removes the paths, also those that a process has left behind. */
  async leave(): Promise<void> {
    await Promise.all(this.#paths.splice(0).map((path) => rm(path, { force: true })))
  }

  #freePath(): string {
    const path = join(tmpdir(), `framewright-${randomBytes(6).toString('hex')}.sock`)
    this.#paths.push(path)
    return path
  }
}
