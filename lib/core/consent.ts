import type { Inbox } from '@/core/inbox.js'
import { type MemoryBudget, SMALL_BYTES } from '@/core/memoryBudget.js'
import type { Settings } from '@/core/options.js'
import { TransportError } from '@/errors.js'
import type { Framing } from '@/framings/framing.js'
import { looksLike } from '@/framings/looksLike.js'

/** Why an answer is withheld. */
export type Withheld = 'room' | 'preLoop' | 'budget' | 'consent'

/** Why a message is refused. */
type Refusal = 'MESSAGE_TOO_LARGE' | 'MEMORY_LIMIT' | 'DRAINING'

/** What of the class of a connection matters here. */
export interface Manners {
  /** Its `transmissionOffered` is asked about every message. */
  readonly asks: boolean
  /** Messages above `maxMessageBytes` go to its `transmissionStream`. */
  readonly streams: boolean
}

/** Whom a consent tells. */
export interface ConsentOwner {
  /** Asks the hook; undefined when the default rule is enough. */
  consentTo(size: number): boolean | Promise<boolean> | undefined
  answerWithheld(size: number, reason: Withheld): void
  /** The address of the other end; empty when it has none. */
  address(): string
  /** What held up the reading is gone: it is time to read on, and to let the answers leave. */
  readingResumed(): void
}

type Verdict = { readonly yes: boolean } | { readonly error: unknown }

/** Decides about announced messages, one at a time: yes, no, or no answer yet. Memory is promised only with the yes. */
export class Consent {
  readonly #framing: Framing
  readonly #inbox: Inbox
  readonly #budget: MemoryBudget
  readonly #settings: Settings
  readonly #manners: Manners
  readonly #owner: ConsentOwner
  /** Sizes that are taken without ceremony: while `preLoop` is not done, and then. */
  readonly #earlyQuickBytes: number
  readonly #quickBytes: number
  /** `preLoop` is not done, so only small messages come in. */
  #early = true
  #draining = false
  #over = false
  #offered: number | undefined
  #withheld: Withheld | undefined
  #verdict: Verdict | undefined
  #promised = 0
  #promisedTo = ''

  constructor(
    framing: Framing,
    inbox: Inbox,
    budget: MemoryBudget,
    settings: Settings,
    manners: Manners,
    owner: ConsentOwner,
  ) {
    this.#framing = framing
    this.#inbox = inbox
    this.#budget = budget
    this.#settings = settings
    this.#manners = manners
    this.#owner = owner
    this.#quickBytes = Math.min(SMALL_BYTES, settings.maxMessageBytes)
    this.#earlyQuickBytes = Math.min(this.#quickBytes, settings.maxFirstMessageBytes)
  }

  /** An announced message has no answer yet. */
  get pending(): boolean {
    return this.#offered !== undefined
  }

  /** `preLoop` is done. */
  started(): void {
    this.#early = false
  }

  /** From now on everything announced is refused. */
  drain(): void {
    this.#draining = true
  }

  /** A message of `size` bytes is announced. */
  offer(size: number): void {
    this.#offered = size
  }

  /** Whether a message of this size is handed on in pieces. */
  streamed(size: number): boolean {
    return this.#manners.streams && size > this.#settings.maxMessageBytes
  }

  /** Sizes up to this need no decision now; -1 when every one does. */
  get quickBytes(): number {
    if (this.#manners.asks || this.#draining) return -1
    const holds = this.#inbox.length > 0
    if (holds && !this.#hasRoom(SMALL_BYTES)) return -1
    if (!this.#budget.hasRoomFor(SMALL_BYTES, holds)) return -1
    return this.#early ? this.#earlyQuickBytes : this.#quickBytes
  }

  /**
   * Whether a message whose size is not announced, and that so cannot be refused, may come in; if not, `readingResumed`
   * follows when one may.
   */
  get mayComeUnannounced(): boolean {
    if (!this.#hasRoom(0)) return false
    if (this.#budget.hasRoomFor(0, this.#inbox.length > 0)) return true
    this.#awaitBudget()
    return false
  }

  /**
   * Decides about what is announced, if that can be done now. @returns whether reading may go on
   * @throws TransportError MESSAGE_TOO_LARGE, MEMORY_LIMIT, DRAINING: it was refused; HOOK_FAILED
   */
  decide(): boolean {
    const size = this.#offered
    if (size === undefined) return true
    if (this.#draining) return this.#refuse(size, 0, 'DRAINING')
    const limit = this.#manners.streams ? this.#settings.maxStreamBytes : this.#settings.maxMessageBytes
    if (this.#withheld === 'consent') return this.#carryOut(size)
    const held = this.streamed(size) ? 0 : size
    if (this.#mustWait(size, held, limit)) return this.#readsAhead(size) && this.#accept(held, true)
    const verdict = this.#ask(size)
    if (verdict === undefined) return size <= limit ? this.#accept(held) : this.#refuse(size, limit)
    if (typeof verdict === 'boolean') return verdict ? this.#accept(held) : this.#decline(size)
    this.#withhold(size, 'consent')
    verdict.then(
      (yes) => this.#judged({ yes }),
      (error: unknown) => this.#judged({ error }),
    )
    return false
  }

  /** There is room again: answers that were left unsaid may be said. */
  ease(): void {
    if (this.#framing.unsaid > 0 && this.#hasRoom(0)) this.#framing.release()
  }

  /** The message is here, or lost: what was promised for it is free again. */
  release(): void {
    if (this.#promised > 0) this.#budget.fulfil(this.#promised, this.#promisedTo)
    this.#promised = 0
  }

  /** Nothing is decided any more. */
  stop(): void {
    this.#over = true
    this.#offered = this.#withheld = undefined
    this.release()
  }

  budgetFreed(): void {
    if (this.#over || this.#withheld !== 'budget') return
    this.#withheld = undefined
    this.#owner.readingResumed()
  }

  /** Whether there is no room yet. What can never have room is refused. */
  #mustWait(size: number, held: number, limit: number): boolean {
    const { maxFirstMessageBytes } = this.#settings
    if (this.#early && size > maxFirstMessageBytes) {
      if (this.#inbox.wanted) this.#refuse(size, maxFirstMessageBytes)
      return this.#withhold(size, 'preLoop')
    }
    if (!this.#hasRoom(size)) return this.#withhold(size, 'room')
    if (size > limit && !this.#manners.asks) return false
    const { maxBytes } = this.#budget
    if (held > maxBytes) this.#refuse(size, maxBytes, 'MEMORY_LIMIT')
    const holds = this.#inbox.length > 0
    const has =
      held > SMALL_BYTES
        ? this.#budget.mayPromise(held, this.#owner.address(), holds)
        : this.#budget.hasRoomFor(held, holds)
    if (has) return false
    return this.#withhold(size, 'budget')
  }

  #judged(verdict: Verdict): void {
    if (this.#over) return
    this.#verdict = verdict
    this.#owner.readingResumed()
  }

  #carryOut(size: number): boolean {
    const verdict = this.#verdict
    if (verdict === undefined) return false
    this.#verdict = undefined
    if ('error' in verdict) return this.#failed(verdict.error)
    return verdict.yes ? this.#accept(this.streamed(size) ? 0 : size) : this.#decline(size)
  }

  /** While we wait for an answer ourselves, twice as much may come in: the answer may stand behind it. */
  #hasRoom(size: number): boolean {
    return this.#inbox.hasRoomFor(size, this.#framing.unanswered > 0 ? 2 : 1)
  }

  /**
   * While an answer of the other end is awaited, perhaps by the very hook that holds everything up, small messages of a
   * pipelined end are read ahead of it. Their own answers stay unsaid, so its window bounds what can come.
   */
  #readsAhead(size: number): boolean {
    if (this.#withheld !== 'room' || this.#manners.asks || this.#framing.unanswered === 0) return false
    if (size > this.#quickBytes || this.#framing.waiting < size) return false
    return this.#inbox.hasRoomAhead(size) && this.#budget.hasRoomFor(size)
  }

  #ask(size: number): boolean | Promise<boolean> | undefined {
    try {
      return this.#owner.consentTo(size)
    } catch (error) {
      return this.#failed(error)
    }
  }

  #awaitBudget(): void {
    if (this.#withheld !== 'budget') this.#budget.wait(this)
    this.#withheld = 'budget'
  }

  #withhold(size: number, reason: Withheld): true {
    if (this.#withheld === reason) return true
    this.#owner.answerWithheld(size, reason)
    if (reason === 'budget') this.#awaitBudget()
    this.#withheld = reason
    return true
  }

  #accept(held: number, quietly = false): true {
    this.#offered = this.#withheld = undefined
    this.#promised = held
    if (held > SMALL_BYTES) this.#promisedTo = this.#owner.address()
    this.#budget.promise(held, this.#promisedTo)
    this.#framing.accept(quietly)
    return true
  }

  /** The hook said no. */
  #decline(size: number): never {
    return this.#failed(new TransportError('MESSAGE_DECLINED', { size }))
  }

  /** The hook threw: the other end is refused as if it had said no. */
  #failed(error: unknown): never {
    this.#offered = this.#withheld = undefined
    this.#framing.refuse()
    throw error
  }

  #refuse(size: number, limit: number, code: Refusal = 'MESSAGE_TOO_LARGE'): never {
    this.#offered = this.#withheld = undefined
    this.#framing.refuse()
    throw new TransportError(code, { size, limit, looksLike: lengthLooksLike(size) })
  }
}

/** What a length that is far too large may really have been. */
const lengthLooksLike = (size: number): string | undefined => {
  if (size > 0xffff_ffff) return undefined
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(size)
  return looksLike(bytes)
}
