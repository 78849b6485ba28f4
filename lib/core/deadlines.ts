import type { Settings } from '@/core/options.js'
import { TransportError } from '@/errors.js'
import type { Framing } from '@/framings/framing.js'

/** What can be seen of a connection from outside its parts. */
export interface Watched {
  readonly opening: boolean
  /** Something arrived since the last look. */
  readonly heard: boolean
  /** Reading is held up by this end. */
  readonly blocked: boolean
  /** This end is at work for the other: silence is not the other's fault. */
  readonly working: boolean
  readonly seenMessages: number
  readonly expectedBytes: number
  readonly answeredMessages: number
}

/** A lone 00 in place of an answer is taken for a refusal when nothing has followed it for this long. */
const DOUBT_MS = 1_000

/** Since when something has been going on, as far as rounds can tell; undefined while it is not. */
type Since = number | undefined

/** The times of one connection. Looked at in rounds, so nothing on the hot path reads a clock. */
export class Deadlines {
  readonly #settings: Settings
  readonly #framing: Framing
  readonly #startedMs: number
  #lastMs: number
  #heardMs: number
  #doubtSince: Since
  #messageSince: Since
  #message = 0
  #answerSince: Since
  #answered = 0

  constructor(settings: Settings, framing: Framing, nowMs: number) {
    this.#settings = settings
    this.#framing = framing
    this.#startedMs = this.#lastMs = this.#heardMs = Math.round(nowMs)
  }

  /** @returns what has run out, if anything */
  check(exactMs: number, seen: Watched): TransportError | undefined {
    const nowMs = Math.round(exactMs)
    const passedMs = nowMs - this.#lastMs
    this.#lastMs = nowMs
    if (seen.heard) this.#heardMs = nowMs
    if (seen.opening) return this.#check('OPENING_TIMEOUT', this.#startedMs, this.#settings.openingTimeoutMs, nowMs)
    return (
      this.#checkDoubt(nowMs) ??
      this.#checkMessage(nowMs, passedMs, seen) ??
      this.#checkAnswer(nowMs, passedMs, seen) ??
      this.#checkIdle(nowMs, passedMs, seen)
    )
  }

  #checkDoubt(nowMs: number): TransportError | undefined {
    this.#doubtSince = this.#framing.reading === 'doubtful' ? (this.#doubtSince ?? nowMs) : undefined
    if (this.#doubtSince === undefined || nowMs - this.#doubtSince < DOUBT_MS) return undefined
    return new TransportError('MESSAGE_REFUSED', { answer: '00', unanswered: this.#framing.unanswered })
  }

  /** Whether the message under way takes too long. Time in which we do not read is not the other end's. */
  #checkMessage(nowMs: number, passedMs: number, seen: Watched): TransportError | undefined {
    if (this.#framing.reading !== 'inside' || this.#message !== seen.seenMessages) {
      this.#message = seen.seenMessages
      this.#messageSince = this.#framing.reading === 'inside' ? nowMs : undefined
      return undefined
    }
    this.#messageSince = this.#messageSince === undefined ? nowMs : this.#messageSince + (seen.blocked ? passedMs : 0)
    const { messageTimeoutMs, slowestBytesPerSecond } = this.#settings
    if (messageTimeoutMs === 0) return undefined
    const allowedMs = messageTimeoutMs + Math.ceil((seen.expectedBytes * 1000) / slowestBytesPerSecond)
    return this.#check(this.#framing.collided ? 'COLLISION' : 'MESSAGE_TIMEOUT', this.#messageSince, allowedMs, nowMs)
  }

  /** Whether an answer takes too long. Behind a message under way, or while we do not read, it may come in time unseen. */
  #checkAnswer(nowMs: number, passedMs: number, seen: Watched): TransportError | undefined {
    if (this.#framing.unanswered === 0 || this.#answered !== seen.answeredMessages) {
      this.#answered = seen.answeredMessages
      this.#answerSince = this.#framing.unanswered === 0 ? undefined : nowMs
      return undefined
    }
    const hidden = seen.blocked || this.#framing.reading === 'inside'
    this.#answerSince = this.#answerSince === undefined ? nowMs : this.#answerSince + (hidden ? passedMs : 0)
    const code = this.#framing.collided ? 'COLLISION' : 'ANSWER_TIMEOUT'
    return this.#check(code, this.#answerSince, this.#settings.answerTimeoutMs, nowMs)
  }

  #checkIdle(nowMs: number, passedMs: number, seen: Watched): TransportError | undefined {
    if (seen.working) this.#heardMs += passedMs
    return this.#check('IDLE_TIMEOUT', this.#heardMs, this.#settings.idleTimeoutMs, nowMs)
  }

  #check(
    code: 'OPENING_TIMEOUT' | 'MESSAGE_TIMEOUT' | 'ANSWER_TIMEOUT' | 'COLLISION' | 'IDLE_TIMEOUT',
    sinceMs: number,
    limitMs: number,
    nowMs: number,
  ): TransportError | undefined {
    const waitedMs = nowMs - sinceMs
    return limitMs > 0 && waitedMs >= limitMs ? new TransportError(code, { waitedMs, limitMs }) : undefined
  }
}
