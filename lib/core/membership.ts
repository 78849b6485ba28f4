import type { Socket } from 'node:dgram'
import { isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { systemCode } from '@/core/systemError.js'
import { TransportError } from '@/errors.js'

/** Which group, and where. */
export interface MembershipOptions {
  readonly group: string
  readonly joinGroup: boolean
  readonly multicastInterface: string | (() => string) | undefined
}

/**
 * One socket's place in its multicast group. An interface that goes takes the membership with it, so it is asked for
 * again and again; what the system says to a second time is no failure.
 */
export class Membership {
  readonly #socket: Socket
  readonly #options: MembershipOptions
  #joined = false
  /** Where the group was joined last. */
  #at: string | undefined
  #problem: TransportError | undefined

  constructor(socket: Socket, options: MembershipOptions) {
    this.#socket = socket
    this.#options = options
  }

  get joined(): boolean {
    return this.#joined
  }

  /** Why the group cannot be reached through the interface that was asked for; undefined when it can. */
  get problem(): TransportError | undefined {
    return this.#problem
  }

  /**
   * Joins, or makes sure that it still is joined, and has the group reached through the interface.
   * @returns what went wrong, with `news` unless it is the same as the last time
   */
  refresh(): { readonly problem: TransportError; readonly news: boolean } | undefined {
    let at: string | undefined
    try {
      at = interfaceAddress(this.#options.multicastInterface)
      if (this.#at !== undefined && this.#at !== at) this.#leave()
      if (at !== undefined) this.#socket.setMulticastInterface(at)
      this.#at = at
      if (this.#options.joinGroup) this.#join(at)
      this.#problem = undefined
      return undefined
    } catch (error) {
      if (this.#joined) this.#leave()
      const { group } = this.#options
      const system = systemCode(error)
      const news = this.#problem === undefined || this.#problem.detail['system'] !== system
      this.#problem = new TransportError('GROUP_UNREACHED', { group, interface: at, system }, { cause: error })
      return { problem: this.#problem, news }
    }
  }

  #join(at: string | undefined): void {
    try {
      this.#socket.addMembership(this.#options.group, at)
    } catch (error) {
      if (systemCode(error) !== 'EADDRINUSE') throw error
    }
    this.#joined = true
  }

  /** The system keeps the membership of an interface that is gone; a socket may have only some twenty. */
  #leave(): void {
    this.#joined = false
    try {
      this.#socket.dropMembership(this.#options.group, this.#at)
    } catch {
      // There was none any more, which is what was wanted.
    }
  }
}

/** The address that an interface has now. @throws Error with the code ENODEV when there is none of that name */
const interfaceAddress = (chosen: string | (() => string) | undefined): string | undefined => {
  const name = typeof chosen === 'function' ? chosen() : chosen
  if (name === undefined || isIPv4(name)) return name
  const address = networkInterfaces()[name]?.find(({ family }) => family === 'IPv4')?.address
  if (address !== undefined) return address
  throw Object.assign(new Error(`no interface ${name} with an IPv4 address`), { code: 'ENODEV' })
}
