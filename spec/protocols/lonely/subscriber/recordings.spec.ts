import { expect } from 'chai'
import type { Body } from '@/protocols/lonely/bodies/body.js'
import { BodyStore } from '@/protocols/lonely/bodies/bodyStore.js'
import type { LonelyMessage } from '@/protocols/lonely/messages.js'
import { sha512 } from '@/protocols/lonely/sha512.js'
import type { SubscriberContext } from '@/protocols/lonely/subscriber/subscriberContext.js'
import { subscriberSettings } from '@/protocols/lonely/subscriber/subscriberOptions.js'
import { SubscriberSession } from '@/protocols/lonely/subscriber/subscriberSession.js'
import { loadZstd, type Zstd } from '@/protocols/lonely/zstd.js'
import { confirmationsIn, expectSaidBySubscriber, subscriberOptionsOf } from '../../../support/lonelyComparisons.js'
import {
  type Conversation,
  conversations,
  isHandPlayed,
  readConnection,
  type RecordedConnection,
  recordedAuth,
} from '../../../support/lonelyConversations.js'
import { ManualClock } from '../../../support/manualClock.js'

/** Our session in the place of the subscriber of one recorded connection. */
class Replay {
  readonly recorded: RecordedConnection
  readonly sent: Buffer[] = []
  readonly received: string[] = []
  readonly missed: string[] = []
  /** What the broadcaster said of each notification: how many it reached. */
  readonly reached: Promise<number>[] = []
  readonly confirmed: Promise<void>[] = []
  failure: Error | undefined
  readonly #session: SubscriberSession

  constructor(conversation: Conversation, conn: number, real?: Zstd) {
    this.recorded = readConnection(conversation, conn, real)
    const said = this.recorded.steps.filter(({ step }) => step.from === 'subscriber').map(({ message }) => message)
    const identifiers = said.flatMap((message) =>
      message.type === 'NOTIFY' || (message.type === 'NOTIFY_STREAM' && message.start !== undefined)
        ? [Buffer.from(message.identifier)]
        : [],
    )
    const nonce = Buffer.from(conversation.connections[conn]?.subscriber_nonce_hex ?? '', 'hex')
    const { zstd } = this.recorded
    const [configure] = said
    const zstdWanted = configure?.type === 'CONFIGURE' && configure.enableZstd
    const settings = subscriberSettings({
      broadcasters: ['127.0.0.1:1'],
      ...subscriberOptionsOf(conversation, configure),
    })
    const context: SubscriberContext = {
      settings,
      auth: recordedAuth(conversation, said),
      bodies: new BodyStore(settings),
      clock: new ManualClock(),
      zstd: zstdWanted ? zstd : undefined,
      random: (bytes) => (bytes === 32 ? nonce : (identifiers.shift() ?? Buffer.from('none'))),
      nowMs: () => 0,
    }
    this.#session = new SubscriberSession(
      context,
      {
        send: (message) => void this.sent.push(message),
        failed: (error) => {
          this.failure = error
        },
      },
      {
        received: (topic: Buffer, body: Body) => {
          this.received.push(`${topic.toString('hex')} ${body.digest.toString('hex')}`)
        },
        missed: (topic) => void this.missed.push(topic.toString()),
      },
    )
  }

  async run(): Promise<this> {
    for (const { step, bytes, message } of this.recorded.steps) {
      if (step.from === 'subscriber') this.#act(message)
      else await this.#session.receive(bytes)
      await new Promise((resolve) => setImmediate(resolve))
    }
    return this
  }

  /** What the application did to make the subscriber say this. */
  #act(message: LonelyMessage): void {
    switch (message.type) {
      case 'CONFIGURE':
        return void this.confirmed.push(this.#session.start())
      case 'SUBSCRIBE_EXACT':
        return void this.confirmed.push(this.#session.subscribe({ topic: Buffer.from(message.topic) }))
      case 'SUBSCRIBE_GLOB':
        return void this.confirmed.push(this.#session.subscribe({ glob: message.glob }))
      case 'UNSUBSCRIBE_EXACT':
        return void this.confirmed.push(this.#session.unsubscribe({ topic: Buffer.from(message.topic) }))
      case 'UNSUBSCRIBE_GLOB':
        return void this.confirmed.push(this.#session.unsubscribe({ glob: message.glob }))
      case 'NOTIFY':
        return this.#notify(message.topic, message.identifier)
      case 'NOTIFY_STREAM':
        if (message.start !== undefined) this.#notify(message.start.topic, message.identifier)
        return
      default:
    }
  }

  #notify(topic: Uint8Array, identifier: Uint8Array): void {
    const bytes = this.recorded.plain.get(Buffer.from(identifier).toString('hex')) ?? Buffer.alloc(0)
    const body = new BodyStore(subscriberSettings({ broadcasters: [1] })).keep(bytes, sha512(bytes))
    if (body instanceof Promise) throw new Error('it should be in memory')
    this.reached.push(this.#session.notify(Buffer.from(topic), body))
  }
}

/** The others were played by hand. */
const PLAYED = conversations().filter(({ name }) => !isHandPlayed(name))

describe('our subscriber in the place of the original one', () => {
  for (const conversation of PLAYED) {
    for (const conn of Object.keys(conversation.connections).map(Number)) {
      it(`says as connection ${conn} of ${conversation.name} what the original said (${conversation.notes})`, async function () {
        const zstd = await loadZstd()
        // The original signs with the digest of what was compressed, so that must be known.
        if (zstd === undefined && /^zstd-.*-hmac$/.test(conversation.name)) return this.skip()
        const replay = await new Replay(conversation, conn, zstd).run()
        if (replay.failure !== undefined) throw replay.failure
        expectSaidBySubscriber(replay.recorded, replay.sent)
        await Promise.all(replay.confirmed)
        expect(await Promise.all(replay.reached)).to.deep.equal(confirmationsIn(replay.recorded))
        const bodies = replay.recorded.steps.filter(
          ({ message }) => message.type === 'RECEIVE_STREAM' && message.start !== undefined,
        )
        expect(replay.received).to.have.lengthOf(bodies.length)
      })
    }
  }

  it('tells of MISSED', async () => {
    for (const conversation of PLAYED.filter(({ name }) => name.startsWith('missed'))) {
      expect((await new Replay(conversation, 1).run()).missed).to.deep.equal(['foo/bar'])
    }
  })

  it('goes on after a body of several parts under hmac, where the original lost count', async () => {
    const conversation = PLAYED.find(({ name }) => name.startsWith('counter-disagreement'))
    if (conversation === undefined) throw new Error('not recorded')
    expect((await new Replay(conversation, 1).run()).received).to.have.lengthOf(2)
  })
})
