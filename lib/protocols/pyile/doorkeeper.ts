import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

export interface DoorkeeperOptions {
  readonly password: string
  /** With this many wrong passwords a host is banned. */
  readonly attempts: number
  /** How many hosts it remembers, of those with wrong passwords and of those that are banned. */
  readonly maxHosts: number
}

/** Who may come in: the password, how often each host was wrong about it, and who is banned. */
export class Doorkeeper {
  readonly #key = randomBytes(32)
  readonly #digest: Buffer
  readonly #attempts: number
  readonly #maxHosts: number
  readonly #limbo = new Map<string, number>()
  readonly #blocked = new Set<string>()

  constructor({ password, attempts, maxHosts }: DoorkeeperOptions) {
    this.#digest = this.#digestOf(password)
    this.#attempts = attempts
    this.#maxHosts = maxHosts
  }

  /** Banned hosts, the longest ago first. */
  get blocked(): ReadonlySet<string> {
    return this.#blocked
  }

  /** Wrong passwords of each host that is not banned and has not been right since. */
  get limbo(): ReadonlyMap<string, number> {
    return this.#limbo
  }

  /**
   * Looks at a password, in a time that does not depend on where it is wrong; `banned` is the one that bans. From a host
   * that is banned none is looked at, or joins that had begun before would all have one try more.
   */
  judge(host: string, password: string): 'right' | 'wrong' | 'banned' | 'refused' {
    if (this.#blocked.has(host)) return 'refused'
    if (timingSafeEqual(this.#digest, this.#digestOf(password))) {
      this.#limbo.delete(host)
      return 'right'
    }
    const failures = (this.#limbo.get(host) ?? 0) + 1
    // Put behind the others: whoever has tried last is forgotten last.
    this.#limbo.delete(host)
    if (failures >= this.#attempts) {
      this.ban(host)
      return 'banned'
    }
    this.#limbo.set(host, failures)
    if (this.#limbo.size > this.#maxHosts) forgetOldest(this.#limbo)
    return 'wrong'
  }

  ban(host: string): void {
    this.#limbo.delete(host)
    this.#blocked.add(host)
    if (this.#blocked.size > this.#maxHosts) forgetOldest(this.#blocked)
  }

  unban(host: string): void {
    this.#blocked.delete(host)
  }

  #digestOf(password: string): Buffer {
    return createHmac('sha256', this.#key).update(password).digest()
  }
}

const forgetOldest = (hosts: Map<string, number> | Set<string>): void => {
  const [oldest = ''] = hosts.keys()
  hosts.delete(oldest)
}
