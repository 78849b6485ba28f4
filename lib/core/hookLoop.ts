import { type Hooks, isPromise, type Overrides } from '@/core/hooks.js'
import { InboundStream } from '@/core/inboundStream.js'
import type { Inbox, Item } from '@/core/inbox.js'
import { TransportError, wordsOf } from '@/errors.js'

/** Whom a loop tells what its hooks did. */
export interface LoopOwner {
  /** `preLoop` is done. */
  loopStarted(): void
  /** Messages have been taken away, so that others may come in. */
  inboxEased(): void
  /** A hook threw. */
  hookFailed(error: TransportError): void
  /** No hook runs, and none will. */
  loopOver(): void
}

/**
 * Runs the hooks of one connection one after the other, never two at a time. While hooks are synchronous, so is the
 * loop: a promise is waited for only where a hook returns one.
 */
export class HookLoop<C> {
  readonly #connection: C
  readonly #hooks: Hooks<C>
  readonly #overrides: Overrides
  readonly #inbox: Inbox
  readonly #owner: LoopOwner
  place = 0
  #state: 'waiting' | 'ready' | 'busy' | 'over' = 'waiting'
  #ending = false
  #stopped = false
  #ticked = false
  #awaited = ''

  constructor(connection: C, hooks: Hooks<C>, overrides: Overrides, inbox: Inbox, owner: LoopOwner) {
    this.#connection = connection
    this.#hooks = hooks
    this.#overrides = overrides
    this.#inbox = inbox
    this.#owner = owner
  }

  /** Nothing runs, and nothing has been asked for. */
  get resting(): boolean {
    return this.#state === 'ready' && !this.#ending
  }

  /** A hook is running that has not returned yet. */
  get busy(): boolean {
    return this.#state === 'busy'
  }

  /** The hook whose promise is waited for, or was last. */
  get awaited(): string {
    return this.#awaited
  }

  /** Runs `preLoop`, then the loop. */
  start(): void {
    if (this.#state !== 'waiting') return
    this.#run(
      'preLoop',
      () => this.#hooks.preLoop(this.#connection),
      () => {
        if (!this.#stopped) this.#owner.loopStarted()
      },
    )
  }

  /** Goes on after a rest: `preLoop` has been run before. */
  resume(): void {
    this.#state = 'ready'
  }

  /** Hands on a message: at once when nothing is in its way, otherwise through the inbox. */
  deliver(message: Buffer): void {
    const free = this.#state === 'ready' && this.#inbox.length === 0 && !this.#inbox.wanted
    if (!free || !this.#overrides.received) return this.enqueue(message)
    this.#handle(message)
    if (this.#inbox.length > 0) this.wake()
  }

  /** Hands on a message or a stream of one through the inbox, behind all that waits there. */
  enqueue(item: Item): void {
    this.#inbox.put(item)
    this.wake()
  }

  /** Goes through what waits. */
  wake(): void {
    if (this.#state !== 'ready') return
    let eased = false
    while (this.#state === 'ready' && this.#wants(this.#inbox.peek())) {
      const item = this.#inbox.take()
      if (item === undefined) break
      eased = true
      if (item instanceof InboundStream) this.#handleStream(item)
      else this.#handle(item)
    }
    if (eased) this.#owner.inboxEased()
    this.#endIfDone()
  }

  /** The tick: one `loopPass`, unless a hook is running. */
  visit(): void {
    if (this.#state !== 'ready') {
      this.#ticked = true
      return
    }
    this.#pass()
  }

  /** Nothing more will arrive: the loop is over when what waits has been handled. */
  finish(): void {
    this.#ending = true
    if (this.#state === 'waiting') this.#over()
    else this.#endIfDone()
  }

  /** The loop is over as soon as the hook that is running has returned; what waits is not handled. */
  stop(): void {
    this.#ending = true
    if (this.#state === 'ready' || this.#state === 'waiting') this.#over()
    else if (this.#state === 'busy') this.#stopped = true
  }

  /** The hook that is running is the last one. */
  get stopped(): boolean {
    return this.#stopped
  }

  /** Whatever the running hook still does, nobody waits for it. */
  giveUp(): void {
    this.#over()
  }

  #wants(item: Item | undefined): boolean {
    if (item === undefined) return false
    return item instanceof InboundStream || this.#overrides.received
  }

  #handleStream(stream: InboundStream): void {
    this.#run(
      'transmissionStream',
      () => this.#hooks.transmissionStream(this.#connection, stream.size, stream),
      () => {
        if (!stream.readableEnded) stream.destroy()
      },
    )
  }

  #handle(message: Buffer): void {
    this.#state = 'busy'
    try {
      const result = this.#hooks.transmissionReceived(this.#connection, message)
      if (isPromise(result)) return this.#await('transmissionReceived', result)
    } catch (error) {
      return this.#fail('transmissionReceived', error)
    }
    this.#state = 'ready'
    if (this.#stopped) this.#over()
    else if (this.#overrides.loopPass) this.#pass()
  }

  #pass(): void {
    this.#ticked = false
    this.#run('loopPass', () => this.#hooks.loopPass(this.#connection))
  }

  #run(hook: string, call: () => void | Promise<void>, then?: () => void): void {
    const before = this.#state
    this.#state = 'busy'
    try {
      const result = call()
      if (isPromise(result)) return this.#await(hook, result, then)
    } catch (error) {
      return this.#fail(hook, error)
    }
    this.#state = 'ready'
    then?.()
    if (before === 'waiting') this.wake()
    this.#endIfDone()
  }

  #await(hook: string, result: PromiseLike<unknown>, then?: () => void): void {
    this.#state = 'busy'
    this.#awaited = hook
    result.then(
      () => {
        if (this.#state !== 'busy') return
        this.#state = 'ready'
        then?.()
        if (this.#stopped) return this.#over()
        // Starting may have handed on a message, whose hook runs now.
        if (!this.busy && hook !== 'loopPass' && (this.#overrides.loopPass || this.#ticked)) this.#pass()
        if (this.#state !== 'ready') return
        this.wake()
        if (this.#state === 'ready') this.#owner.inboxEased()
      },
      (error: unknown) => this.#fail(hook, error),
    )
  }

  #fail(hook: string, error: unknown): void {
    if (this.#state === 'over') return
    this.#state = 'ready'
    this.#owner.hookFailed(hookFailure(hook, error))
    this.#endIfDone()
  }

  #endIfDone(): void {
    if (!this.#ending || this.#state !== 'ready') return
    if (this.#stopped || !this.#wants(this.#inbox.peek())) this.#over()
  }

  #over(): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#owner.loopOver()
  }
}

/** What `transmissionOffered` says of a message. @throws TransportError what it threw, or rejected with */
export const verdictOf = <C>(hooks: Hooks<C>, connection: C, size: number): boolean | Promise<boolean> => {
  const failed = (error: unknown): never => {
    throw hookFailure('transmissionOffered', error)
  }
  try {
    const verdict = hooks.transmissionOffered(connection, size)
    return isPromise(verdict) ? verdict.then((yes) => yes, failed) : verdict
  } catch (error) {
    return failed(error)
  }
}

/** What a hook threw, as the cause of the end of its connection: an error of ours says more than that it was thrown. */
export const hookFailure = (hook: string, error: unknown): TransportError =>
  error instanceof TransportError ? error : hookError(hook, error)

/** What a hook threw, whatever it was. */
export const hookError = (hook: string, error: unknown): TransportError =>
  new TransportError('HOOK_FAILED', { hook, says: wordsOf(error) }, { cause: error })
