import type { Role } from '@/framings/framing.js'
import type { Crossing } from '@/lab/relay/relayEvent.js'
import { TransportError } from '@/errors.js'

/** One thing that an end of a recorded conversation has said. */
export interface RecordedStep {
  /** Milliseconds since the recording began. */
  readonly atMs: number
  readonly from: Role
  /** Bytes, or how its stream ended. */
  readonly what: Crossing
  /** Empty for an end and a reset; shares memory with the recording. */
  readonly bytes: Buffer
}

/** What two ends have said to each other, in its order. */
export interface RecordedConversation {
  /** From 1 in each recording. */
  readonly number: number
  /** As `HOST:PORT`, as far as they are known. */
  readonly opener?: string
  readonly acceptor?: string
  /** How it was read along, where the recording says so. */
  readonly dialect?: string
  readonly steps: readonly RecordedStep[]
}

/** The numbers of a recording that is read. */
export interface RecordingLimits {
  /** Bytes of the file. 1_024 to 2^31-1. @default 268_435_456 (256 MiB) */
  readonly maxRecordingBytes?: number
  /** Things said in it, of all conversations together. 1 to 10_000_000. @default 1_000_000 */
  readonly maxSteps?: number
  /** Conversations in it. 1 to 1_000_000. @default 65_536 */
  readonly maxConversations?: number
}

/** Defaults and ranges. */
export const RECORDING_RANGES = {
  maxRecordingBytes: [268_435_456, 1_024, 2 ** 31 - 1],
  maxSteps: [1_000_000, 1, 10_000_000],
  maxConversations: [65_536, 1, 1_000_000],
} as const

/** A conversation as it grows while a recording is read. */
export interface GrowingConversation extends RecordedConversation {
  readonly steps: RecordedStep[]
}

/** Gathers the conversations of one recording, within its limits. */
export class RecordingBuilder {
  readonly #conversations: GrowingConversation[] = []
  readonly #limits: Readonly<Required<RecordingLimits>>
  #steps = 0

  constructor(limits: Readonly<Required<RecordingLimits>>) {
    this.#limits = limits
  }

  /** @throws TransportError RECORDING_MALFORMED above the limit */
  begin(about: Omit<RecordedConversation, 'number' | 'steps'>): GrowingConversation {
    if (this.#conversations.length === this.#limits.maxConversations)
      throw malformed('it has more than maxConversations', { limit: this.#limits.maxConversations })
    const conversation = { ...about, number: this.#conversations.length + 1, steps: [] }
    this.#conversations.push(conversation)
    return conversation
  }

  /** @throws TransportError RECORDING_MALFORMED above the limit */
  add(conversation: GrowingConversation, step: RecordedStep): void {
    if (this.#steps++ === this.#limits.maxSteps)
      throw malformed('it has more than maxSteps', { limit: this.#limits.maxSteps })
    conversation.steps.push(step)
  }

  get conversations(): readonly RecordedConversation[] {
    return this.#conversations
  }
}

/** @param place where in the recording, such as an offset or a line */
export const malformed = (problem: string, place: Readonly<Record<string, string | number>> = {}): TransportError =>
  new TransportError('RECORDING_MALFORMED', { problem, ...place })

export const NO_BYTES = Buffer.alloc(0)
