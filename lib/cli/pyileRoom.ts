import type { Options } from '@/cli/arguments.js'
import { complain, failureLine } from '@/cli/failure.js'
import type { Io } from '@/cli/io.js'
import { plainText } from '@/cli/plainText.js'
import type { Report } from '@/cli/report.js'
import { typedLines } from '@/cli/typedLines.js'
import { BROADCAST, type Message, type Note, type Peer, type PeerAddress, peerName } from '@/protocols/pyile/index.js'
import type { TransportError } from '@/errors.js'

/** What ends a room at its own wish. */
const LAST = ['/leave', '/quit']
const COMMANDS = '/peers, /to ALIAS TEXT, /leave; a line with // says what is behind the first /'

/** What a person, or a program, sees of a network, and says to it. */
export class PyileRoom {
  readonly #io: Io
  readonly #report: Report
  readonly #options: Options
  /** Fires when this peer was cut off. */
  readonly #cut = new AbortController()

  /** @param options those of the command, which advice may name */
  constructor(io: Io, report: Report, options: Options) {
    this.#io = io
    this.#report = report
    this.#options = options
  }

  /** Says what is typed. Resolves when this end has had enough. @throws what cut it off */
  async talk(peer: Peer): Promise<void> {
    const { signal } = this.#cut
    const stop = AbortSignal.any([this.#io.stop, signal])
    await typedLines(this.#io, stop, LAST, (line) => this.#typed(peer, line, stop))
    if (signal.aborted) throw signal.reason
    await peer.leave()
  }

  // What the peer tells.

  received(peer: Peer, message: Message): void {
    const { alias = '', data, to, from } = message
    const text = textOf(data)
    const name = alias === '' ? peerName(from) : alias
    const direct = to === BROADCAST ? '' : ' (to you)'
    const facts = { from: peerName(from), alias, direct: to !== BROADCAST, peer: peerName(peer.peerAddress), text }
    this.#report.tell('message', facts, `${plainText(name)}${direct}: ${plainText(text)}`)
  }

  listed(peers: readonly PeerAddress[]): void {
    this.#report.tell('peers', { peers: peers.map(addressFacts) })
  }

  noted({ state, message }: Note): void {
    this.#report.tell('note', { state, text: message }, `${state === 'INFO' ? '*' : '!'} ${plainText(message)}`)
  }

  left(cause: Error | undefined): void {
    this.#report.tell('left', { cause: cause instanceof Error && 'code' in cause ? String(cause.code) : null })
    if (cause !== undefined) this.#cut.abort(cause)
  }

  raised(error: TransportError): void {
    complain(this.#io, failureLine(error, this.#options))
  }

  async #typed(peer: Peer, line: string, signal: AbortSignal): Promise<void> {
    try {
      if (line === '/peers') return this.#tellPeers(peer)
      if (line.startsWith('//')) return await this.#broadcast(peer, line.slice(1), signal)
      const [, name, text] = /^\/to (\S+) (.+)$/.exec(line) ?? []
      if (name !== undefined && text !== undefined) return await this.#send(peer, name, text, signal)
      if (/^\/to( |$)/.test(line)) return this.#complain('/to wants ALIAS TEXT, such as: /to bob hello')
      if (line.startsWith('/')) return this.#complain(`there is no ${line.split(' ', 1)[0] ?? line} here; ${COMMANDS}`)
      await this.#broadcast(peer, line, signal)
    } catch (error) {
      // The line is lost, the room is not.
      if (!signal.aborted) this.#complain(failureLine(error, this.#options))
    }
  }

  async #broadcast(peer: Peer, text: string, signal: AbortSignal): Promise<void> {
    const report = await peer.broadcast(text, { signal })
    if (report === undefined) return
    const { received, silent, unreachable } = report
    this.#report.tell('sent', {
      to: BROADCAST,
      received: received.map(addressFacts),
      silent: silent.map(addressFacts),
      unreachable: unreachable.map(addressFacts),
    })
  }

  async #send(peer: Peer, name: string, text: string, signal: AbortSignal): Promise<void> {
    const [address, ...others] = peer.peers.filter(
      (listed) => peerName(listed) === name || aliasOf(peer, listed) === name,
    )
    if (address === undefined) return this.#complain(`nobody is known as ${name}; /peers says who is there`)
    if (others.length > 0) return this.#complain(`several are called ${name}; name one by its address, see /peers`)
    const delivery = await peer.send(address, text, address, { signal })
    if (delivery === undefined) return
    const receipt = delivery.receipt ?? null
    this.#report.tell('sent', { to: peerName(address), receipt })
  }

  #tellPeers(peer: Peer): void {
    const own = peerName(peer.peerAddress)
    const peers = peer.peers.map((listed) => {
      return { ...addressFacts(listed), alias: aliasOf(peer, listed) ?? null }
    })
    const lines = peers.map(({ host, port, alias }) => {
      const name = `${host}:${port}`
      return `  ${name}${alias === null ? '' : `  ${plainText(alias)}`}${name === own ? '  (you)' : ''}`
    })
    this.#report.tell('peers', { peers }, lines.join('\n'))
  }

  #complain(text: string): void {
    complain(this.#io, plainText(text))
  }
}

const aliasOf = (peer: Peer, listed: PeerAddress): string | undefined => {
  const name = peerName(listed)
  return name === peerName(peer.peerAddress) ? peer.alias : peer.aliases.get(name)
}

const addressFacts = ([host, port]: PeerAddress) => ({ host, port })

const textOf = (data: unknown): string => (typeof data === 'string' ? data : (JSON.stringify(data) ?? ''))
