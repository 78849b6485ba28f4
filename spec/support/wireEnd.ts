import { TransportError } from '@/errors.js'
import type { Framing, FrameWriter, Role } from '@/framings/framing.js'
import { HandshakeFraming } from '@/framings/handshake.js'
import { toHex } from './hex.js'

/** How one end of an exploration behaves. */
export interface Manners {
  /** 0 is strict. */
  readonly windowBytes: number
  readonly messages: readonly Uint8Array[]
  /** `later`: the answer to an offer is an action of its own. `perhaps`: it may also be no. */
  readonly consent: 'at once' | 'later' | 'perhaps'
  /** `slowly`: each byte of a payload leaves by an action of its own, as in a stream. */
  readonly payloads: 'whole' | 'slowly'
  /** Inside a frame of the other end it may stop waiting for answers, at any time, and begin again. */
  readonly hurries?: boolean
}

/** What happens next at one end: it does something, it hears a byte of the other end, or the end of its stream. */
export type Deed = 'ask' | 'put' | 'accept' | 'refuse' | 'hurry' | 'calm' | 'hear the end' | number

/** All that a byte can be, made once: states are reached by the hundred thousand. */
const BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))

/**
 * One end of a connection without a socket: a real handshake framing, and around it the least that a transport does.
 * Everything it ever wrote stays in `said`.
 */
export class WireEnd {
  readonly #framing: Framing
  readonly #manners: Manners
  readonly received: string[] = []
  /** Latin-1: one character a byte. */
  said = ''
  /** As `said`. */
  #heard = ''
  #heardEnd = false
  #asked = 0
  #started = 0
  #sending: { readonly message: Uint8Array; put: number } | undefined
  #offered = false
  #refused = false
  #hurried = false
  #pieces = ''
  error: string | undefined

  constructor(role: Role, manners: Manners) {
    const writer: FrameWriter = {
      byte: (value, count = 1) => {
        this.said += String.fromCharCode(value).repeat(count)
      },
      u32: (value) => {
        this.said += String.fromCharCode(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff)
      },
      bytes: (bytes) => {
        this.said += Buffer.from(bytes).toString('latin1')
      },
    }
    this.#manners = manners
    this.#framing = new HandshakeFraming({ role, writer, maxMessageBytes: 8, windowBytes: manners.windowBytes })
    if (manners.consent === 'at once') this.#framing.acceptUpTo = 8
    this.#framing.open()
  }

  /** It says nothing more: it has refused a message, and the refusal has left. */
  get ended(): boolean {
    return this.error !== undefined || (this.#refused && !this.#framing.holding)
  }

  /** It has said no to a message. */
  get refused(): boolean {
    return this.#refused
  }

  /** All is sent and answered, and nothing is half done. */
  get settled(): boolean {
    const { unanswered, holding, waiting, reading } = this.#framing
    const sent = this.#started === this.#manners.messages.length && this.#sending === undefined
    return sent && unanswered === 0 && !holding && waiting === 0 && reading === 'between'
  }

  /** All that can happen here next, when the other end has said what it has said. */
  deeds(other: WireEnd): Deed[] {
    if (this.ended) return []
    const deeds: Deed[] = []
    if (!this.#refused && this.#asked < this.#manners.messages.length) deeds.push('ask')
    const heard = this.#heard.length
    if (heard < other.said.length) deeds.push(other.said.charCodeAt(heard))
    else if (other.ended && !this.#heardEnd) deeds.push('hear the end')
    if (this.#manners.payloads === 'slowly' && this.#sending !== undefined && this.#framing.payloadAllowed)
      deeds.push('put')
    if (this.#manners.hurries === true && this.#framing.reading === 'inside' && !this.#hurried) deeds.push('hurry')
    if (this.#hurried) deeds.push('calm')
    if (this.#offered) deeds.push('accept')
    if (this.#offered && this.#manners.consent === 'perhaps') deeds.push('refuse')
    return deeds
  }

  do(deed: Deed): void {
    try {
      this.#do(deed)
      this.#read()
      this.#send()
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
      this.error = error.code
    }
  }

  #do(deed: Deed): void {
    switch (deed) {
      case 'ask':
        this.#asked++
        return
      case 'put':
        this.#put()
        return
      case 'accept':
        this.#offered = false
        this.#framing.accept()
        return
      case 'refuse':
        this.#offered = false
        this.#refused = true
        this.#framing.refuse()
        return
      case 'hurry':
      case 'calm':
        this.#hurried = deed === 'hurry'
        this.#framing.hurry?.(this.#hurried)
        return
      case 'hear the end':
        this.#heardEnd = true
        this.#framing.end()
        return
      default:
        this.#heard += String.fromCharCode(deed)
        this.#framing.push(BYTES.subarray(deed, deed + 1))
    }
  }

  #read(): void {
    for (let step = this.#framing.next(); step !== undefined; step = this.#framing.next()) {
      if (step.do === 'offer') this.#offer()
      else if (step.do === 'deliver') this.received.push(toHex(step.message))
      else if (step.do === 'piece') {
        this.#pieces += toHex(step.bytes)
        if (step.left > 0) continue
        this.received.push(this.#pieces)
        this.#pieces = ''
      }
    }
  }

  #offer(): void {
    if (this.#manners.consent === 'at once') this.#framing.accept()
    else this.#offered = true
  }

  #send(): void {
    for (;;) {
      while (this.#sending !== undefined) {
        if (!this.#framing.payloadAllowed) return
        if (this.#manners.payloads === 'slowly' && this.#sending.put < this.#sending.message.length) return
        this.#put()
      }
      const message = this.#manners.messages[this.#started]
      if (message === undefined || this.#started === this.#asked || !this.#framing.canStart(message.length)) return
      this.#started++
      this.#framing.start(message.length)
      this.#sending = { message, put: 0 }
    }
  }

  /** One byte of the payload when it leaves slowly, all of it otherwise; then it is finished, perhaps. */
  #put(): void {
    const sending = this.#sending
    if (sending === undefined) return
    const until = this.#manners.payloads === 'slowly' ? sending.put + 1 : sending.message.length
    this.said += Buffer.from(sending.message.subarray(sending.put, until)).toString('latin1')
    sending.put = until
    if (until < sending.message.length) return
    this.#sending = undefined
    this.#framing.finish()
  }

  /** All that this end has done and shows. @see framings/exploration.spec.ts, "What a state is" */
  get key(): string {
    const { unanswered, holding, waiting, reading, payloadAllowed, collided } = this.#framing
    const flags = [this.#heardEnd, this.#offered, this.#refused, this.#hurried, holding, payloadAllowed, collided]
      .map(Number)
      .join('')
    const numbers = [this.#heard, this.#asked, this.#started, this.#sending?.put, unanswered, waiting].join()
    return `${this.said}/${numbers}/${flags}${reading}/${this.received.join()}/${this.error}`
  }

  /** For a failure: what happened here. */
  get story(): string {
    const { unanswered, holding, waiting, reading } = this.#framing
    const said = Buffer.from(this.said, 'latin1').toString('hex')
    const state = JSON.stringify({ received: this.received, error: this.error, unanswered, holding, waiting, reading })
    return `said ${said}, heard ${this.#heard.length} bytes, ${state}`
  }
}
