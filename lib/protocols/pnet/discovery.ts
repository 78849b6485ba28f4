import { networkInterfaces } from 'node:os'
import { type Cancel, Datagrams, type DatagramOptions } from '@/core/index.js'
import type { NodeSettings } from '@/protocols/pnet/nodeOptions.js'
import { TransportError } from '@/errors.js'

const LOOPBACK_BROADCAST = '127.255.255.255'
const EVERYWHERE = '255.255.255.255'

/** Whom discovery tells. */
export interface DiscoveryOwner {
  /** A datagram came on the port of the advertisements. */
  advertised(datagram: Buffer): void
  errorRaised(error: TransportError): void
}

/** Hears every advertisement that reaches this machine, and sends the own one again and again. */
export class Discovery {
  readonly #settings: NodeSettings
  readonly #owner: DiscoveryOwner
  #listening: Promise<void> | undefined
  #ear: Voice | undefined
  #mouth: Voice | undefined
  #cancel: Cancel | undefined

  constructor(settings: NodeSettings, owner: DiscoveryOwner) {
    this.#settings = settings
    this.#owner = owner
  }

  /** Begins to hear, unless it has. @throws TransportError ADDRESS_IN_USE, LISTEN_FAILED; OPTION_INVALID */
  listen(): Promise<void> {
    this.#listening ??= this.#listen().catch((error: unknown) => {
      this.#listening = undefined
      throw error
    })
    return this.#listening
  }

  async #listen(): Promise<void> {
    const { advertisePort: port, clock } = this.#settings
    this.#ear = new Voice({ host: '0.0.0.0', port, reuseAddr: true, clock }, this.#owner)
    await this.#ear.open()
  }

  /**
   * Sends the advertisement now and at every interval. What the system does not take is reported once, until it takes one.
   * @param listenHost where the node listens; on the loopback nobody else need hear of it
   * @throws TransportError LISTEN_FAILED when the interface has no such address, OPTION_INVALID
   */
  async advertise(datagram: Uint8Array, listenHost: string): Promise<void> {
    const { broadcastAddress, interface: name, clock, advertiseIntervalMs } = this.#settings
    const to = broadcastAddress ?? (isLoopback(listenHost) ? LOOPBACK_BROADCAST : EVERYWHERE)
    const host = name === undefined ? '0.0.0.0' : addressOfInterface(name)
    const mouth = new Voice({ host, broadcastAddresses: [to], clock }, this.#owner)
    this.#mouth = mouth
    await mouth.open()
    const tell = (): void => void mouth.tell(datagram, this.#settings.advertisePort)
    tell()
    this.#cancel = clock.every(advertiseIntervalMs, tell)
  }

  /** Hears and says nothing more. Never rejects. */
  async close(): Promise<void> {
    this.#cancel?.()
    const [ear, mouth] = [this.#ear, this.#mouth]
    this.#ear = this.#mouth = this.#cancel = this.#listening = undefined
    await ear?.close()
    await mouth?.close()
  }
}

class Voice extends Datagrams {
  readonly #owner: DiscoveryOwner
  #trouble: string | undefined

  constructor(options: DatagramOptions, owner: DiscoveryOwner) {
    super(options)
    this.#owner = owner
  }

  async tell(datagram: Uint8Array, port: number): Promise<void> {
    try {
      await this.broadcast(datagram, { port })
      this.#trouble = undefined
    } catch {
      // `errorRaised` knows of it; the next one may get through.
    }
  }

  protected override datagramReceived(message: Buffer): void {
    this.#owner.advertised(message)
  }

  protected override errorRaised(error: TransportError): void {
    const trouble = `${error.code} ${String(error.detail['system'])}`
    if (trouble === this.#trouble) return
    this.#trouble = trouble
    this.#owner.errorRaised(error)
  }
}

/** Whether only this machine can reach what listens there. */
const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.')

/**
 * The IPv4 address of an interface of this machine; an address stands for itself.
 * @throws TransportError OPTION_INVALID
 */
const addressOfInterface = (name: string): string => {
  if (/^\d+(\.\d+){3}$/.test(name)) return name
  const found = networkInterfaces()[name]?.find(({ family }) => family === 'IPv4')
  if (found !== undefined) return found.address
  const known = Object.keys(networkInterfaces()).join(', ')
  throw new TransportError('OPTION_INVALID', { option: 'interface', given: name, known })
}

/** What others connect to, for a node that listens at `host`: that, or, if it is every address, one of this machine. */
export const reachableHost = (host: string, interfaceName: string | undefined): string => {
  if (host === 'localhost' || host === '::1') return '127.0.0.1'
  if (host !== '' && host !== '::' && host !== '0.0.0.0') return host
  if (interfaceName !== undefined) return addressOfInterface(interfaceName)
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1'
}
