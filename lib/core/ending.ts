import { Deferred } from '@/core/deferred.js'
import type { Cancel } from '@/core/clock.js'
import { channels, publish } from '@/core/diagnostics.js'
import type { Link } from '@/core/link.js'
import { patiently } from '@/core/patiently.js'
import { systemError } from '@/core/systemError.js'
import { TransportError } from '@/errors.js'

/**
 * going: nothing has ended. draining: `close()` waits for what is to leave. parting: it failed, and the last bytes,
 * such as a refusal, are leaving. left: our end of the stream is closed. gone: so is the socket.
 */
type State = 'going' | 'draining' | 'parting' | 'left' | 'gone'

/** How one connection ends: in order, by failure or at once; in each case exactly once, and with everything settled. */
export class Ending<C> {
  readonly #link: Link<C>
  #state: State = 'going'
  #cause: Error | undefined
  /** Of the other end's stream. `unread`: it has ended, and what came before has not all been read. */
  #remote: 'open' | 'unread' | 'ended' = 'open'
  #loopOver = false
  #over = false
  #drainPlanned = false
  #saidFarewell = false
  /** Who ended first. */
  #first: 'local' | 'remote' | undefined
  #closed: Deferred | undefined
  /** Our end of the stream, when it comes before the close. */
  #lastWord: Deferred | undefined
  #timer: Cancel | undefined

  constructor(link: Link<C>) {
    this.#link = link
  }

  /** What arrives is still read as messages. */
  get reading(): boolean {
    return this.#state === 'going' || this.#state === 'draining'
  }

  /** Why nothing can be sent or received any more; undefined while it can. */
  get error(): TransportError | undefined {
    if (this.reading) return undefined
    if (this.#cause instanceof TransportError) return this.#cause
    if (this.#cause === undefined && this.#first === 'remote') return new TransportError('REMOTE_ENDED')
    return new TransportError('CLOSED', {}, { cause: this.#cause })
  }

  /** Ends in order: what waits leaves first, within `deadlineMs`. */
  close(deadlineMs: number): Promise<void> {
    this.#first ??= 'local'
    if (this.#state === 'gone') return Promise.resolve()
    this.#closed ??= new Deferred()
    if (this.#state === 'going') {
      this.#state = 'draining'
      this.#link.enter('draining')
      this.#after(deadlineMs, () => this.fail(new TransportError('CLOSE_TIMEOUT', { deadlineMs })))
      this.check()
    }
    return this.#closed.promise
  }

  /** What waits leaves, then our end of the stream; the other end is still read. Who must answer what it reads closes. */
  endOutbound(): Promise<void> {
    const { framing, shared, work } = this.#link
    if (framing.answered || this.#state !== 'going') return this.close(shared.settings.closeTimeoutMs)
    this.#first ??= 'local'
    this.#lastWord ??= new Deferred()
    this.#link.enter('draining')
    if (this.#remote === 'ended') work.loop.finish()
    this.check()
    return this.#lastWord.promise
  }

  /** Ends in order as soon as nothing is under way in either direction; what is announced from now on is refused. */
  drain(): void {
    this.#drainPlanned = true
    this.#link.work.receiver.drain()
    this.#link.work.turn()
  }

  /** Ends at once. What waits is lost, and each loss is told to whoever waits for it. */
  destroy(cause: Error | undefined): void {
    this.#first ??= 'local'
    if (this.#over) return
    this.#link.work.loop.stop()
    this.#cause ??= cause
    if (this.#state === 'gone') return this.#awaitLastHook()
    this.#link.enter('draining')
    this.#state = 'left'
    this.#abandon(this.error ?? new TransportError('CLOSED'))
    this.#link.stream.destroy()
  }

  /** @param how gently: the bytes that stand before the end, such as a refusal, leave first */
  fail(error: TransportError, how: 'at once' | 'gently' = 'at once'): void {
    if (this.#cause !== undefined || this.#state === 'left' || this.#state === 'gone') return
    this.#cause = error
    if (channels.error.hasSubscribers) publish('error', { id: this.#link.id, atMs: this.#link.now(), error })
    this.#link.enter('draining')
    this.#link.work.receiver.stop(error)
    this.#link.work.inbox.close(error)
    this.#state = 'parting'
    if (how === 'at once') {
      this.#abandon(error)
      this.#link.stream.destroy()
      return
    }
    this.#after(this.#link.shared.settings.lingerMs, () => this.#link.stream.destroy())
    this.#link.work.outbox.flush()
    this.check()
  }

  /** Goes on to the next stage if its time has come. */
  check(): void {
    if (this.#remote === 'unread') this.#endInbound()
    const { framing, work } = this.#link
    const { outbox } = work
    if (this.#state === 'going' && this.#drainPlanned && this.#quiet())
      void this.close(this.#link.shared.settings.closeTimeoutMs)
    if (this.#state === 'going' && this.#lastWord !== undefined) {
      if (!this.#allHasLeft()) return
      this.#link.stream.end()
      this.#lastWord.resolve()
    } else if (this.#state === 'draining') {
      if (this.#allHasLeft()) this.#leave()
    } else if (this.#state === 'parting' && !framing.holding && outbox.waitingBytes === 0) {
      this.#abandon(this.error ?? new TransportError('CLOSED'))
      this.#leave()
    }
  }

  /** Every message has left and been answered, and the plugins have said their last words. */
  #allHasLeft(): boolean {
    const { framing, work } = this.#link
    const { outbox, sender } = work
    if (sender.waitingMessages > 0 || this.#saysFarewell()) return false
    const unanswered = this.#remote === 'open' ? framing.unanswered : 0
    return unanswered === 0 && (outbox.writtenBytes === 0 || outbox.settledBytes === outbox.writtenBytes)
  }

  /** The last words of the plugins, once, when all else has left. @returns whether there were any */
  #saysFarewell(): boolean {
    if (this.#saidFarewell) return false
    this.#saidFarewell = true
    try {
      const farewells = this.#remote === 'open' ? this.#link.chain.farewells() : []
      for (const farewell of farewells) this.#link.work.sender.transmitRaw(farewell)
      return farewells.length > 0
    } catch (error) {
      this.fail(systemError(error, 'PLUGIN_FAILED'))
      return true
    }
  }

  /** What arrives after a failure is thrown away, but for the answer that a refusal of ours waits for. */
  readOn(chunk: Buffer): void {
    const { framing, work } = this.#link
    const { outbox, sender } = work
    if (this.#state !== 'parting' || !framing.holding) return
    framing.push(chunk)
    try {
      while (framing.next() !== undefined) sender.pump()
    } catch {
      this.#link.stream.destroy()
      return
    }
    outbox.flush()
    this.check()
  }

  remoteEnded(): void {
    const before = this.#remote
    this.#first ??= 'remote'
    this.#remote = 'unread'
    if (!this.reading || before !== 'open') return
    this.#link.work.receiver.end()
    this.#link.work.turn()
  }

  /** The other end's stream is over: what came before is read first. */
  #endInbound(): void {
    const { framing, work, chain, overrides } = this.#link
    const { receiver, sender, inbox, loop } = work
    if (!this.reading || this.#remote !== 'unread') return
    const ended = new TransportError('REMOTE_ENDED')
    // A hook that waits for an answer may be what holds up the reading; no answer will come now.
    if (framing.answered) sender.answersEnded(ended)
    if (receiver.blocked || framing.waiting > 0) return
    this.#remote = 'ended'
    try {
      chain.ended()
    } catch (error) {
      return this.fail(systemError(error, 'PLUGIN_REJECTED'), 'gently')
    }
    inbox.close(ended)
    const isLast = this.#state === 'draining' || this.#lastWord !== undefined
    if (framing.answered || overrides.received || isLast) loop.finish()
  }

  socketFailed(error: Error): void {
    if (this.#state === 'left' || this.#cause !== undefined) return
    const refused = this.#link.phase === 'opening' && 'code' in error && error.code === 'ECONNRESET'
    this.fail(
      refused
        ? new TransportError('OPENING_REFUSED', { answer: 'reset' }, { cause: error })
        : systemError(error, 'CONNECTION_BROKEN'),
    )
  }

  socketClosed(): void {
    const { work, shared, overrides } = this.#link
    if (this.reading && this.#remote === 'open') this.fail(new TransportError('CONNECTION_BROKEN'))
    this.#state = 'gone'
    this.#timer?.()
    shared.commons.deadlines.remove(this.#link)
    if (overrides.loopPass) shared.commons.ticks.remove(work.loop)
    this.#link.enter('closed')
    this.#abandon(this.error ?? new TransportError('CLOSED'))
    this.#link.work.outbox.drop()
    if (this.#cause === undefined) this.#closed?.resolve()
    else this.#closed?.reject(systemError(this.#cause, 'CLOSED'))
    if (this.#loopOver) return this.#postLoop()
    work.loop.finish()
    if (work.loop.stopped) this.#awaitLastHook()
  }

  /** A hook that was running when all was cut has as long as a close has; then nobody waits for it any more. */
  #awaitLastHook(): void {
    const { work, shared } = this.#link
    const limitMs = shared.settings.closeTimeoutMs
    this.#after(limitMs, () => {
      this.#cause ??= new TransportError('HOOK_TIMEOUT', { hook: work.loop.awaited, limitMs })
      work.loop.giveUp()
    })
  }

  /** No hook runs any more. */
  loopOver(): void {
    this.#loopOver = true
    if (this.#state === 'gone') this.#postLoop()
    else if (this.#state === 'going') void this.close(this.#link.shared.settings.closeTimeoutMs)
  }

  #quiet(): boolean {
    const { framing, work } = this.#link
    const { sender, inbox, loop, receiver } = work
    const sent = sender.waitingMessages === 0 && framing.unanswered === 0
    const begun = framing.waiting > 0 || (framing.reading !== 'between' && framing.reading !== 'opening')
    return sent && inbox.length === 0 && !loop.busy && !begun && !receiver.blocked
  }

  #leave(): void {
    const { stream, shared } = this.#link
    this.#state = 'left'
    this.#lastWord?.resolve()
    this.#link.work.receiver.stop(this.error ?? new TransportError('CLOSED'))
    // What has been taken will still be handled, so the other end may know.
    this.#link.framing.release()
    this.#link.work.outbox.flush()
    this.#after(shared.settings.lingerMs, () => stream.destroy())
    stream.end()
    stream.resume()
  }

  /** Tells everybody who waits that it is over. */
  #abandon(error: TransportError): void {
    this.#link.work.sender.fail(error)
    this.#link.work.receiver.stop(error)
    this.#link.work.inbox.close(error)
    this.#lastWord?.reject(error)
  }

  #after(ms: number, run: () => void): void {
    this.#timer?.()
    this.#timer = this.#link.shared.commons.clock.after(ms, run, true)
  }

  #postLoop(): void {
    if (this.#over) return
    this.#over = true
    const { shared, connection } = this.#link
    const run = (): void | Promise<void> => shared.hooks.postLoop(connection, this.#cause)
    patiently('postLoop', run, shared.settings.closeTimeoutMs, shared.commons.clock)
      .catch((error: Error) => void (this.#cause ??= error))
      .finally(() => this.#finish())
  }

  #finish(): void {
    this.#timer?.()
    const { shared, connection, id } = this.#link
    const cause = this.#cause
    this.#link.work.inbox.disown()
    if (channels.close.hasSubscribers)
      publish('close', { id: this.#link.id, atMs: this.#link.now(), ...(cause === undefined ? {} : { cause }) })
    shared.ended(id, connection, cause)
    this.#link.openingFailed(this.error ?? new TransportError('CLOSED'))
  }
}
