import { type Abortable, type AddressLike, type Client, ConnectionDetails, handled, onAbort } from '@/core/index.js'
import { AuthenticationException, ConnectionException, StatusException } from '@/protocols/pyile/exceptions.js'
import { JoinConnection, type JoinDesk } from '@/protocols/pyile/joinConnection.js'
import { ListConnection, type ListDesk } from '@/protocols/pyile/listConnection.js'
import { Peer } from '@/protocols/pyile/peer.js'
import type { PeerAddress } from '@/protocols/pyile/peerAddress.js'
import { PeerList } from '@/protocols/pyile/peerList.js'
import { type TransportError, wordsOf } from '@/errors.js'

/** One membership, from the join to its end. */
interface Membership {
  readonly main: Client<JoinConnection>
  readonly distribution: Client<ListConnection>
}

/** A peer that joins the network of another. */
export class JoinPeer extends Peer {
  #membership: Membership | undefined
  #list = new PeerList()
  #joined = false

  /**
   * Joins. Resolves when this peer is in the network. After a failure it may be tried again.
   * @param address the main address of the auth peer
   * @throws AuthenticationException PASSWORD_REFUSED, PEER_BANNED. StatusException ALREADY_STARTED, NOT_OPEN after `leave`.
   * ConnectionException JOIN_TIMEOUT, REMOTE_ENDED when it declined without a word, and whatever else a connection can
   * fail with, ABORTED too. RecvException VALUE_MALFORMED
   */
  getAuthenticated(address: AddressLike, password: string, options: Abortable = {}): Promise<void> {
    return handled(this.#join(address, password, options))
  }

  protected override get list(): PeerList {
    return this.#list
  }

  protected override get connected(): boolean {
    return this.#joined
  }

  protected override async closeNetwork(cause: Error | undefined): Promise<void> {
    this.#joined = false
    const { main, distribution } = this.#membership ?? {}
    if (cause === undefined) await Promise.allSettled([main?.close(), distribution?.close()])
    else await Promise.all([main?.destroy(), distribution?.destroy()])
  }

  async #join(address: AddressLike, password: string, options: Abortable): Promise<void> {
    this.#assertStays()
    if (this.#membership !== undefined) throw new StatusException('ALREADY_STARTED', { what: 'join' })
    const details = ConnectionDetails.from(address)
    const membership = this.#prepare(password)
    this.#membership = membership
    try {
      await this.connect()
      this.#assertStays()
      this.note('INFO', `joining ${String(details)}`)
      const connection = await membership.main.connectTo(details, options)
      await this.#enter(connection, membership.distribution, options)
      this.#assertStays()
      // The auth peer may have gone meanwhile.
      if (connection.phase !== 'open') throw new ConnectionException('REMOTE_ENDED')
    } catch (error) {
      this.#membership = undefined
      this.#list = new PeerList()
      await Promise.all([membership.main.destroy(), membership.distribution.destroy()])
      throw this.#failed(error)
    }
    this.#joined = true
    this.note('INFO', `joined ${String(details)}`)
    this.listChanged()
  }

  #prepare(password: string): Membership {
    const { settings } = this
    const { clock } = this.wire
    const raised = (error: TransportError): void => this.raise(error)
    const joinDesk = (): JoinDesk => ({
      clock,
      settings,
      password,
      peerAddress: this.peerAddress,
      listArrived: (list) => this.#listArrived(list),
      lost: (cause) => this.#lost(cause),
    })
    const listDesk: ListDesk = {
      maxPeers: settings.maxPeers,
      listArrived: (list) => this.#listArrived(list),
      dropped: (error) => this.note('WARNING', `a list was dropped: ${wordsOf(error)}`),
      ended: (cause) => this.#listsEnded(cause),
    }
    const limits = { idleTimeoutMs: 0 }
    return {
      main: this.wire.client(limits, { create: () => new JoinConnection(joinDesk()), raised }),
      distribution: this.wire.client(limits, { create: () => new ListConnection(listDesk), raised }),
    }
  }

  #assertStays(): void {
    if (this.leaving) throw new StatusException('NOT_OPEN', { what: 'peer' })
  }

  /** From the first word to the first beat; ends at once when the signal fires. */
  async #enter(connection: JoinConnection, distribution: Client<ListConnection>, { signal }: Abortable): Promise<void> {
    onAbort(signal, connection.welcomed, () => connection.destroy(new ConnectionException('ABORTED')))
    const { list, distAddress } = await connection.admitted
    this.#list = new PeerList(list)
    const connecting = distribution.connectTo(
      new ConnectionDetails(...distAddress),
      signal === undefined ? {} : { signal },
    )
    await Promise.all([connecting, connection.welcomed])
  }

  #listArrived(list: readonly PeerAddress[]): void {
    const known = String(this.#list)
    this.#list = new PeerList(list)
    if (!this.#joined || String(this.#list) === known) return
    this.note('INFO', `there is a new list: ${String(this.#list)}`)
    this.listChanged()
  }

  #listsEnded(cause: Error | undefined): void {
    if (!this.#joined) return
    this.note('INFO', `no more lists will come${cause === undefined ? '' : `: ${cause.message}`}`)
  }

  #lost(cause: Error): void {
    if (!this.#joined) return
    this.note('ERROR', `the auth peer is lost: ${cause.message}`)
    void this.leaveBecause(ConnectionException.of(cause))
  }

  #failed(error: unknown): TransportError {
    const failure = ConnectionException.of(error)
    if (failure.code === 'PEER_BANNED') this.note('ERROR', failure.message)
    else if (failure instanceof AuthenticationException) this.note('WARNING', failure.message)
    else this.note('ERROR', `the join came to nothing: ${failure.message}`)
    return failure
  }
}
