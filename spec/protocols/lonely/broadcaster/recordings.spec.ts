import { expect } from 'chai'
import { broadcasterSettings } from '@/protocols/lonely/broadcaster/broadcasterOptions.js'
import { BroadcasterSession } from '@/protocols/lonely/broadcaster/broadcasterSession.js'
import { InProcessRelay } from '@/protocols/lonely/broadcaster/inProcessRelay.js'
import { Switchboard } from '@/protocols/lonely/broadcaster/switchboard.js'
import { parseToSubscriber } from '@/protocols/lonely/codecs.js'
import type { LonelyMessage } from '@/protocols/lonely/messages.js'
import { commonOptionsOf, expectSaidByBroadcaster, presetsOf } from '../../../support/lonelyComparisons.js'
import {
  type Conversation,
  conversation,
  conversations,
  type ConversationStep,
  dictionariesOf,
  readConnection,
  type RecordedConnection,
  recordedAuth,
} from '../../../support/lonelyConversations.js'
import { offeredDictionary } from '../../../support/lonelySamples.js'
import { brokerOf } from '../../../support/lonelySessions.js'

/** One recorded connection, and our session in the place of the broadcaster. */
interface Replayed {
  readonly recorded: RecordedConnection
  readonly session: BroadcasterSession
  readonly sent: Buffer[]
  failure: Error | undefined
}

/** Lets what waits for promises go on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Those that the broadcaster gave, in the order of the wire. */
const bodyIdentifiers = (recorded: Conversation): Buffer[] => {
  const connections = [1, 2].map((conn) => [...readConnection(recorded, conn).steps])
  return recorded.steps.flatMap((step) => {
    const message = step.type === undefined ? undefined : connections[(step.conn ?? 1) - 1]?.shift()?.message
    return message?.type === 'RECEIVE_STREAM' && message.start !== undefined ? [Buffer.from(message.identifier)] : []
  })
}

class Replay {
  readonly #conversation: Conversation
  readonly #connections = new Map<number, Replayed>()
  readonly #identifiers: Buffer[]
  readonly #switchboard: Switchboard

  constructor(recorded: Conversation) {
    this.#conversation = recorded
    this.#identifiers = bodyIdentifiers(recorded)
    this.#switchboard = new Switchboard(() => this.#identifiers.shift() ?? Buffer.from('none'), broadcasterSettings({}))
  }

  async run(): Promise<ReadonlyMap<number, Replayed>> {
    await this.#switchboard.join(new InProcessRelay())
    const cursors = new Map<number, number>()
    for (const step of this.#conversation.steps) {
      const conn = step.conn ?? 1
      const replayed = this.#connections.get(conn) ?? this.#begin(conn)
      this.#connections.set(conn, replayed)
      const at = cursors.get(conn) ?? 0
      if (step.type !== undefined) cursors.set(conn, at + 1)
      await this.#take(step, replayed, replayed.recorded.steps[at])
    }
    for (const { session } of this.#connections.values()) session.end()
    return this.#connections
  }

  async #take(
    step: ConversationStep,
    replayed: Replayed,
    read: RecordedConnection['steps'][number] | undefined,
  ): Promise<void> {
    const { session } = replayed
    if (step.from === 'broadcaster') return this.#prompt(session, read?.message)
    if (step.close !== undefined) return session.end()
    if (read === undefined) throw new Error('a step without a message')
    try {
      await session.receive(read.bytes)
    } catch (error) {
      replayed.failure = error instanceof Error ? error : undefined
      session.end()
    }
    await settle()
  }

  /** What the broadcaster did of its own accord. */
  #prompt(session: BroadcasterSession, message: LonelyMessage | undefined): void {
    if (message?.type === 'MISSED') this.#switchboard.missed(Buffer.from(message.topic))
    if (message?.type !== 'ENABLE_ZSTD_CUSTOM') return
    const { compressionLevel: level, minSize: minBytes, maxSize } = message
    const offered = offeredDictionary(message.dictionary)
    session.offerDictionary(offered, { level, minBytes, maxBytes: Number(maxSize) })
  }

  #begin(conn: number): Replayed {
    const recorded = readConnection(this.#conversation, conn)
    const said = recorded.steps.filter(({ step }) => step.from === 'broadcaster').map(({ message }) => message)
    const settings = broadcasterSettings({
      ...commonOptionsOf(this.#conversation),
      presets: presetsOf(this.#conversation),
      windowMessages: 3,
    })
    const nonce = Buffer.from(this.#conversation.connections[conn]?.broadcaster_nonce_hex ?? '', 'hex')
    const broker = brokerOf(settings, this.#switchboard, {
      auth: recordedAuth(this.#conversation, said),
      zstd: recorded.zstd,
      random: () => nonce,
    })
    const sent: Buffer[] = []
    const replayed: Replayed = {
      recorded,
      sent,
      failure: undefined,
      session: new BroadcasterSession(broker, {
        send: (message) => void sent.push(message),
        failed: (error) => {
          replayed.failure = error
        },
      }),
    }
    return replayed
  }
}

describe('our broadcaster in the place of the original one', () => {
  for (const recorded of conversations().filter(({ name }) => name !== 'overlapping-subscriptions-none')) {
    const { name, notes, steps } = recorded
    const violated = steps.some(({ from, close }) => from === 'broadcaster' && close !== undefined)
    it(`says in ${name} what the original said${violated ? ', and closes' : ''} (${notes})`, async () => {
      for (const replayed of (await new Replay(recorded).run()).values()) {
        if (!violated && replayed.failure !== undefined) throw replayed.failure
        expectSaidByBroadcaster(replayed.recorded, replayed.sent)
        expect(replayed.failure !== undefined).to.equal(violated)
      }
    })
  }

  it('sends a body once to a connection that has several subscriptions to it, where the original sent it twice', async () => {
    const replayed = (await new Replay(conversation('overlapping-subscriptions-none')).run()).get(1)
    const types = (replayed?.sent ?? []).map((bytes) => parseToSubscriber(bytes))
    expect(types.filter(({ type }) => type === 'RECEIVE_STREAM')).to.have.lengthOf(1)
    expect(types.find(({ type }) => type === 'CONFIRM_NOTIFY')).to.deep.include({ subscribers: 1n })
  })

  it('has every dictionary of the recordings', () => {
    expect(dictionariesOf(conversation('zstd-trained-none')).size).to.equal(3)
  })
})
