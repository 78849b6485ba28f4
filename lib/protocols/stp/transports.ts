import { type Abortable, type AddressLike, type ConnectionDetails, type DatagramSender } from '@/core/index.js'
import { StpCaller } from '@/protocols/stp/stpCaller.js'
import { StpDatagrams } from '@/protocols/stp/stpDatagrams.js'
import { StpListener } from '@/protocols/stp/stpListener.js'
import type { StpSettings } from '@/protocols/stp/stpOptions.js'
import type { StpProtocol } from '@/protocols/stp/stpPacket.js'
import { TransportError } from '@/errors.js'

/** Whom the transports tell. */
export interface TransportEars {
  /** @returns false when there was no room for it */
  packetArrived(packet: Buffer, ip: string, protocol: StpProtocol): boolean
  connectionBroken(error: Error, ip: string | undefined): void
  failed(error: TransportError): void
}

/** The sockets of one node: one for datagrams, one that listens, and one for each packet sent over TCP. */
export class Transports {
  readonly #settings: StpSettings
  readonly #ears: TransportEars
  #datagrams: StpDatagrams | undefined
  /** A node that does not listen sends from a socket of its own, made when it is first needed. */
  #sending: Promise<StpDatagrams> | undefined
  #listener: StpListener | undefined
  readonly #caller: StpCaller
  #closed = false

  constructor(settings: StpSettings, ears: TransportEars) {
    const { framing, maxPacketBytes, packetTimeoutMs, connectTimeoutMs, clock } = settings
    this.#settings = settings
    this.#ears = ears
    this.#caller = new StpCaller({
      framing,
      connectTimeoutMs,
      clock,
      maxMessageBytes: maxPacketBytes,
      openingTimeoutMs: packetTimeoutMs,
      answerTimeoutMs: packetTimeoutMs,
      idleTimeoutMs: packetTimeoutMs,
    })
  }

  /** Where TCP listens; undefined while it does not. */
  get tcpAddress(): ConnectionDetails | undefined {
    return this.#listener?.address
  }

  /** Where UDP is bound while the node listens. */
  get udpAddress(): ConnectionDetails | undefined {
    return this.#datagrams?.address
  }

  /** Binds both ports, or none. @throws TransportError ADDRESS_IN_USE, LISTEN_FAILED, ABORTED */
  async listen(options: Abortable): Promise<void> {
    this.#closed = false
    const listener = this.#newListener()
    const datagrams = this.#newDatagrams(this.#settings.udpport, true)
    try {
      await listener.start()
      await datagrams.open(options)
    } catch (error) {
      await Promise.all([listener.close(), datagrams.close()])
      throw error
    }
    this.#listener = listener
    this.#datagrams = datagrams
  }

  /** @throws TransportError as `Datagrams.send` */
  async sendUdp(packet: Uint8Array, to: AddressLike, options: Abortable): Promise<void> {
    if (this.#closed) throw new TransportError('CLOSED')
    const datagrams = this.#datagrams ?? (await this.#sender())
    await datagrams.send(packet, to, options)
  }

  /** @throws TransportError as `StpCaller.send` */
  async sendTcp(packet: Uint8Array, to: AddressLike, signal: AbortSignal | undefined): Promise<void> {
    if (this.#closed) throw new TransportError('CLOSED')
    await this.#caller.send(packet, to, signal)
  }

  /** Hears nothing more, gives up what is being sent, and closes every socket. */
  async close(): Promise<void> {
    this.#closed = true
    const sending = this.#sending?.then((datagrams) => datagrams.close()).catch(ignore)
    const closing = [this.#listener?.destroy(), this.#datagrams?.close(), this.#caller.destroy(), sending]
    this.#sending = this.#datagrams = this.#listener = undefined
    await Promise.allSettled(closing.filter((done) => done !== undefined))
  }

  #sender(): Promise<StpDatagrams> {
    this.#sending ??= this.#open(this.#newDatagrams(0, false)).catch((error: unknown) => {
      this.#sending = undefined
      throw error
    })
    return this.#sending
  }

  async #open(datagrams: StpDatagrams): Promise<StpDatagrams> {
    await datagrams.open()
    return datagrams
  }

  #newDatagrams(port: number, joinGroup: boolean): StpDatagrams {
    const { maddr, multicastInterface, multicastTtl, rejoinMs, clock } = this.#settings
    const group = {
      group: maddr,
      joinGroup,
      multicastTtl,
      rejoinMs,
      ...(multicastInterface === undefined ? {} : { multicastInterface }),
    }
    return new StpDatagrams(
      { port, clock, reuseAddr: joinGroup, ...group },
      {
        datagramArrived: (message, from) => this.#datagramArrived(message, from, joinGroup),
        failed: (error) => this.#ears.failed(error),
      },
    )
  }

  /** A socket that is only there to send from hears what is sent to its port all the same, and ignores it. */
  #datagramArrived(message: Buffer, { host }: DatagramSender, listening: boolean): void {
    if (listening) this.#ears.packetArrived(message, host, 'UDP')
  }

  #newListener(): StpListener {
    const { host, tcpport, framing, maxPacketBytes, packetTimeoutMs, clock } = this.#settings
    const { connectionLimit, connectionLimitPerAddress } = this.#settings
    const limits = { connectionLimit, connectionLimitPerAddress, maxMessageBytes: maxPacketBytes }
    const times = {
      openingTimeoutMs: packetTimeoutMs,
      messageTimeoutMs: packetTimeoutMs,
      idleTimeoutMs: packetTimeoutMs,
    }
    const listen = [{ host, port: tcpport }]
    return new StpListener(
      { listen, framing, clock, ...limits, ...times },
      {
        packetArrived: (packet, ip) => this.#ears.packetArrived(packet, ip, 'TCP'),
        connectionBroken: (error, ip) => this.#ears.connectionBroken(error, ip),
        failed: (error) => this.#ears.failed(error),
      },
    )
  }
}

const ignore = (): void => {}
