import type { Duplex, Readable } from 'node:stream'
import { type Abortable, type CloseOptions, onAbort } from '@/core/abort.js'
import { flatUuid } from '@/core/flatUuid.js'
import { Deferred, handled, rejected } from '@/core/deferred.js'
import { asDuplex } from '@/core/duplexView.js'
import { hookFailure } from '@/core/hookLoop.js'
import { type Hooks, type Overrides, overridesOf } from '@/core/hooks.js'
import { InboundStream } from '@/core/inboundStream.js'
import { asIteration } from '@/core/iterationView.js'
import type { Phase } from '@/core/lifecycle.js'
import { Link, type Shared } from '@/core/link.js'
import { remoteOf } from '@/core/remoteAddress.js'
import { type ConnectionOptions, deadlineOf } from '@/core/options.js'
import type { PluginLike } from '@/core/plugin.js'
import { PluginChain } from '@/core/pluginChain.js'
import type { StreamSource } from '@/core/pour.js'
import { sharedOfOne } from '@/core/sharedOfOne.js'
import { systemError } from '@/core/systemError.js'
import { TransportError } from '@/errors.js'
import type { Role } from '@/framings/framing.js'

/** What a connection needs to be joined to its socket. */
export interface Attachment {
  readonly stream: Duplex
  readonly role: Role
  readonly id: string
  readonly shared: Shared<Connection>
}

/** What of a connection only the core may use. The class hands it out once, so that hooks can stay protected. */
interface Inside {
  readonly hooks: Hooks<Connection>
  overridesOf(connection: Connection): Overrides
  attach(connection: Connection, attachment: Attachment): Link<Connection>
  linkOf(connection: Connection): Link<Connection> | undefined
}
let inside: Inside

/** The hooks of every connection. */
export const connectionHooks = (): Hooks<Connection> => inside.hooks
/** Joins a connection to its socket. @throws TransportError ALREADY_STARTED, OPTION_INVALID for a plugin */
export const attach = (connection: Connection, attachment: Attachment): Link<Connection> =>
  inside.attach(connection, attachment)
/** What moves a connection; undefined before it has its socket. */
export const linkOf = (connection: Connection): Link<Connection> | undefined => inside.linkOf(connection)

/** What was given to a connection before it got its socket. */
interface Early {
  readonly options: ConnectionOptions
  readonly plugins: readonly PluginLike[]
}

/**
 * One end of a connection that carries whole messages. Extend it and override what you need; with nothing
 * overridden, messages wait for `receive()`, iteration or `duplex()`.
 *
 * All hooks of a connection run one after the other, never two at a time. A throw in a hook closes this connection
 * with HOOK_FAILED, and no other. One that has not returned when all else is over is waited for `closeTimeoutMs` more.
 */
export abstract class Connection {
  #link: Link<Connection> | undefined
  #early: Early | undefined

  /** @param options for a connection that is `run` by hand; a server or client gives its own to all of theirs */
  constructor(options?: ConnectionOptions) {
    if (options !== undefined) this.#early = { options, plugins: [] }
  }

  // Hooks.

  /** Once, after the opening handshake and before any message. Messages that arrive meanwhile wait, unless `receive()` takes them. */
  protected preLoop(): void | Promise<void> {}

  /** After each message's hook, and otherwise at the tick (`tickMs`). A class that does not override it has no timer. */
  protected loopPass(): void | Promise<void> {}

  /** Exactly once, at the very end, also after a failure. `cause` is undefined after an end in good order. Has `closeTimeoutMs`, then HOOK_TIMEOUT. */
  protected postLoop(_cause: Error | undefined): void | Promise<void> {}

  /**
   * Once for each message, in wire order. While its promise is pending, later messages wait, and beyond the bounds of
   * the inbox the other end waits too. The bytes are yours to keep; small ones share the memory of what arrived with them.
   */
  protected transmissionReceived(_message: Buffer): void | Promise<void> {}

  /**
   * If overridden: for each message larger than `maxMessageBytes`, in its place in wire order. What is not read by the
   * time it returns is thrown away. Reading slowly slows the other end down. Not with plugins, which need whole messages.
   * Messages sent from here leave without waiting for their answers while the stream stands still; `flush()` waits for those
   * answers, which stand behind the stream: read it first.
   * @param _size bytes of the whole message
   */
  protected transmissionStream(_size: number, readable: Readable): void | Promise<void> {
    readable.resume()
  }

  /**
   * If overridden: asked for each announced message, before any memory is taken for it. False refuses it, and the
   * connection closes; a promise withholds the answer until it settles. By default what the limits allow is accepted.
   * @param size bytes of the announced message
   */
  protected transmissionOffered(size: number): boolean | Promise<boolean> {
    return size <= (this.#link?.shared.settings.maxMessageBytes ?? 0)
  }

  // State.

  /** A random UUID; the key in `activeConnections`. Empty before the connection has a socket. */
  get id(): string {
    return this.#link?.id ?? ''
  }

  get phase(): Phase {
    return this.#link?.phase ?? 'idle'
  }

  /** Which end this is; undefined before the connection has a socket. */
  get role(): Role | undefined {
    return this.#link?.role
  }

  /** The other end as `HOST:PORT`; undefined before there is a socket, and on unix sockets. */
  get remoteAddress(): string | undefined {
    return this.#link === undefined ? undefined : remoteOf(this.#link.stream)
  }

  /** The stream below: a `net.Socket` or `tls.TLSSocket`. To look at, not to read from, listen to or write to. */
  get socket(): Duplex | undefined {
    return this.#link?.stream
  }

  /** Messages and bytes that wait to leave. */
  get outbound(): { readonly messages: number; readonly bytes: number } {
    return this.#link?.outbound ?? { messages: 0, bytes: 0 }
  }

  // Operations.

  /**
   * Sends one message; those given in one tick leave in one write. Resolves when the system has taken its last byte,
   * which is not yet when the other end has it: see `flush`.
   * @param message up to 16 KiB are copied at once; more must stay unchanged until the promise resolves
   * @throws TransportError NOT_BYTES, NOT_OPEN, CLOSING, OUTBOX_FULL, MESSAGE_UNSENDABLE, PLUGIN_FAILED: nothing was queued.
   * ABORTED: it was taken back, or, if it had started, the connection is broken. Otherwise what ended the connection.
   */
  transmit(message: Uint8Array, options?: Abortable): Promise<void> {
    return this.#link?.transmit(message, options?.signal) ?? rejected(new TransportError('NOT_OPEN', { phase: 'idle' }))
  }

  /**
   * Sends one message from a source, without ever holding it. Other messages wait until it has left.
   * @param source gives exactly `size` bytes in pieces; a piece must not be changed after it was given
   * @throws TransportError SOURCE_MISMATCH, SOURCE_FAILED: the message was left half done, so the connection closes.
   * STREAM_WITH_PLUGINS, MESSAGE_UNSENDABLE, OPTION_INVALID, NOT_OPEN, CLOSING: nothing was sent. See also `transmit`.
   */
  transmitStream(source: StreamSource, size: number, options?: Abortable): Promise<void> {
    const link = this.#link
    if (link === undefined) return rejected(new TransportError('NOT_OPEN', { phase: 'idle' }))
    return link.transmitStream(source, size, options?.signal)
  }

  /**
   * Takes the next message away from the loop; usable in `preLoop` and inside hooks too. A message for
   * `transmissionStream` that stands in front of it is handed to that hook first.
   * @throws TransportError REMOTE_ENDED or what else ended the connection; ABORTED; RECEIVE_PENDING; HOOK_FAILED by that hook
   */
  receive(options?: Abortable): Promise<Buffer> {
    return handled(this.#receive(options?.signal))
  }

  /** Resolves when every message given so far has left and been answered. @throws TransportError what ended the connection */
  flush(options?: Abortable): Promise<void> {
    return this.#link?.flush(options?.signal) ?? Promise.resolve()
  }

  /**
   * Ends in good order: no new messages, what waits still leaves, then the socket closes. Resolves when it has.
   * @param options `deadlineMs` for what waits; `closeTimeoutMs` unless given
   * @throws TransportError CLOSE_TIMEOUT, ABORTED and others when something that waited was lost
   */
  close(options?: CloseOptions): Promise<void> {
    const link = this.#link
    if (link === undefined) return Promise.resolve()
    try {
      const closed = link.ending.close(deadlineOf(options, link.shared.settings.closeTimeoutMs))
      onAbort(options?.signal, closed, (error) => link.ending.destroy(error))
      return closed
    } catch (error) {
      return rejected(systemError(error, 'OPTION_INVALID'))
    }
  }

  /** Ends at once; what waits is lost, and its promises reject with `cause` or CLOSED. */
  destroy(cause?: Error): void {
    this.#link?.ending.destroy(cause)
  }

  /** Adds a plugin; affects connections that have not got their socket yet. */
  registerPlugin(plugin: PluginLike): this {
    if (this.#link !== undefined) throw new TransportError('ALREADY_STARTED', { what: 'connection' })
    const { options = {}, plugins = [] } = this.#early ?? {}
    this.#early = { options, plugins: [...plugins, plugin] }
    return this
  }

  /**
   * Takes over a stream and lives on it until the end.
   * @param stream a socket, or any Duplex that carries bytes
   * @param role `opener` if this end made the connection
   * @returns a promise that rejects with what ended it, after `postLoop`
   */
  run(stream: Duplex, role: Role): Promise<void> {
    const over = new Deferred()
    try {
      const shared = sharedOfOne(this.#early?.options ?? {}, inside.hooks, (cause) =>
        cause === undefined ? over.resolve() : over.reject(cause),
      )
      this.#attach({ stream, role, id: flatUuid(), shared })
    } catch (error) {
      over.reject(systemError(error, 'NOT_OPEN'))
    }
    return over.promise
  }

  /** The messages as they come. Ends when the other end has closed in good order, throws when the connection failed; leaving the loop closes it. */
  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return asIteration(this)
  }

  /**
   * Each chunk written is a message, each message received a chunk; for `pipeline()` and the like. Ending it ends our side
   * of the stream, and the other end's messages are still read; but not over the handshake, where who says no more can
   * answer no more: there it closes the connection. Nobody has to listen to its errors.
   */
  duplex(): Duplex {
    return asDuplex(this, () => this.#link?.ending.endOutbound() ?? this.close())
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #receive(signal: AbortSignal | undefined): Promise<Buffer> {
    const link = this.#link
    if (link === undefined) throw new TransportError('NOT_OPEN', { phase: 'idle' })
    for (;;) {
      const item = await link.receive(signal)
      if (!(item instanceof InboundStream)) return item
      try {
        await this.transmissionStream(item.size, item)
      } catch (error) {
        const failure = hookFailure('transmissionStream', error)
        link.work.hookFailed(failure)
        throw failure
      } finally {
        if (!item.readableEnded) item.destroy()
      }
    }
  }

  #attach(attachment: Attachment): Link<Connection> {
    if (this.#link !== undefined) throw new TransportError('ALREADY_STARTED', { what: 'connection' })
    const { stream, role, id, shared } = attachment
    const own = this.#early?.plugins ?? []
    const { plugins } = shared.settings
    const chain = PluginChain.of(own.length === 0 ? plugins : [...plugins, ...own])
    this.#early = undefined
    const overrides = inside.overridesOf(this)
    const link = new Link<Connection>(shared, { connection: this, id, overrides, chain, stream, role })
    this.#link = link
    link.begin()
    return link
  }

  static {
    const base = Connection.prototype
    inside = {
      attach: (connection, attachment) => connection.#attach(attachment),
      linkOf: (connection) => connection.#link,
      hooks: {
        preLoop: (connection) => connection.preLoop(),
        loopPass: (connection) => connection.loopPass(),
        postLoop: (connection, cause) => connection.postLoop(cause),
        transmissionReceived: (connection, message) => connection.transmissionReceived(message),
        transmissionStream: (connection, size, readable) => connection.transmissionStream(size, readable),
        transmissionOffered: (connection, size) => connection.transmissionOffered(size),
      },
      overridesOf: (connection) =>
        overridesOf(
          connection.preLoop !== base.preLoop,
          connection.loopPass !== base.loopPass,
          connection.transmissionReceived !== base.transmissionReceived,
          connection.transmissionStream !== base.transmissionStream,
          connection.transmissionOffered !== base.transmissionOffered,
        ),
    }
  }
}
