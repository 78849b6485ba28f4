import { expect } from 'chai'
import { loadZstd, parseToSubscriber, type Subscription, type Zstd } from '@/protocols/lonely/index.js'
import {
  commonOptionsOf,
  confirmationsIn,
  expectSaidByBroadcaster,
  expectSaidBySubscriber,
  isConfirmation,
  presetsOf,
  subscriberOptionsOf,
} from '../../../support/lonelyComparisons.js'
import {
  type Conversation,
  conversations,
  isHandPlayed,
  readConnection,
  recordedAuth,
} from '../../../support/lonelyConversations.js'
import { LonelyStage, WatchedSubscriber } from '../../../support/lonelyPair.js'
import { WebSocketHost, WebSocketPeer } from '../../../support/lonelyWebSockets.js'
import { turns } from '../../../support/turns.js'

/**
 * Those of one connection in which nothing is left to chance. The others are replayed without sockets: two connections
 * are not ordered against each other, and when a dictionary was sent no recording tells.
 */
const RECORDED = conversations().filter(
  ({ name, connections }) =>
    Object.keys(connections).length === 1 && !name.startsWith('zstd-trained') && !name.startsWith('streamed-5MiB'),
)

const nonceOf = ({ connections }: Conversation, whose: 'subscriber' | 'broadcaster'): Buffer =>
  Buffer.from(connections[1]?.[`${whose}_nonce_hex`] ?? '', 'hex')

const isOther = (bytes: Buffer): boolean => !isConfirmation(parseToSubscriber(bytes).type)

/** Plays the recorded subscriber to a broadcaster of ours. */
const playSubscriber = async (conversation: Conversation): Promise<void> => {
  const recorded = readConnection(conversation, 1)
  const said = recorded.steps.filter(({ step }) => step.from === 'broadcaster').map(({ message }) => message)
  const identifiers = said.flatMap((message) =>
    message.type === 'RECEIVE_STREAM' && message.start !== undefined ? [Buffer.from(message.identifier)] : [],
  )
  await using stage = await LonelyStage.open('WebSocket', {
    ...commonOptionsOf(conversation),
    presets: presetsOf(conversation),
    windowMessages: 3,
    auth: recordedAuth(conversation, said),
    zstd: recorded.zstd,
    random: (bytes) => (bytes === 32 ? nonceOf(conversation, 'broadcaster') : (identifiers.shift() ?? Buffer.alloc(4))),
    nowMs: () => 0,
  })
  const { broadcaster } = stage
  await using peer = await WebSocketPeer.connect(`ws://${broadcaster.webSocketAddress?.toString()}/v1/websocket`)
  let heard = 0
  const messages = recorded.steps[Symbol.iterator]()
  for (const step of conversation.steps) {
    const { message, bytes } = (step.type === undefined ? undefined : messages.next().value) ?? {}
    if (step.from === 'subscriber' && bytes !== undefined) peer.send(bytes)
    else if (step.from === 'subscriber') {
      await peer.has(said.length)
      peer.close()
    } else if (step.close !== undefined) {
      await peer.closed
    } else {
      // What the broadcaster did of its own accord.
      if (message?.type === 'MISSED') broadcaster.tellMissed(message.topic)
      // Ours says behind a body what the original may say before it.
      if (message !== undefined && !isConfirmation(message.type)) await peer.has(++heard, isOther)
    }
  }
  expectSaidByBroadcaster(recorded, peer.received)
}

/** Plays the recorded broadcaster to a subscriber of ours. */
const playBroadcaster = async (conversation: Conversation, zstd: Zstd | undefined): Promise<void> => {
  const recorded = readConnection(conversation, 1, zstd)
  const said = recorded.steps.filter(({ step }) => step.from === 'subscriber').map(({ message }) => message)
  const identifiers = said.flatMap((message) =>
    message.type === 'NOTIFY' || (message.type === 'NOTIFY_STREAM' && message.start !== undefined)
      ? [Buffer.from(message.identifier)]
      : [],
  )
  const [configure] = said
  await using host = await WebSocketHost.open()
  // The first draw of four bytes is the lot of the only broadcaster.
  const draws = [Buffer.alloc(4), ...identifiers]
  await using subscriber = new WatchedSubscriber({
    broadcasters: [host.url],
    ...subscriberOptionsOf(conversation, configure),
    auth: recordedAuth(conversation, said),
    zstd: configure?.type === 'CONFIGURE' && configure.enableZstd ? recorded.zstd : 'off',
    random: (bytes) => (bytes === 32 ? nonceOf(conversation, 'subscriber') : (draws.shift() ?? Buffer.alloc(4))),
    nowMs: () => 0,
    retryBaseMs: 2 ** 30,
    retryCapMs: 2 ** 31 - 1,
  })
  const connected = subscriber.connect()
  const peer = await host.next()
  const subscriptions = new Map<string, Promise<Subscription>>()
  const reached: Promise<number>[] = []
  let heard = 0
  const subscribe = (key: string, pattern: { readonly topic: Uint8Array } | { readonly glob: string }): void =>
    void subscriptions.set(
      key,
      subscriber.subscribe(pattern, () => {}),
    )
  const act = (message: (typeof said)[number]): void => {
    switch (message.type) {
      case 'SUBSCRIBE_EXACT':
        return subscribe(`topic ${String(message.topic)}`, { topic: message.topic })
      case 'SUBSCRIBE_GLOB':
        return subscribe(`glob ${message.glob}`, { glob: message.glob })
      case 'UNSUBSCRIBE_EXACT':
        return void subscriptions.get(`topic ${String(message.topic)}`)?.then((one) => one.unsubscribe())
      case 'UNSUBSCRIBE_GLOB':
        return void subscriptions.get(`glob ${message.glob}`)?.then((one) => one.unsubscribe())
      case 'NOTIFY':
      case 'NOTIFY_STREAM': {
        const topic = message.type === 'NOTIFY' ? message.topic : message.start?.topic
        const plain = recorded.plain.get(Buffer.from(message.identifier).toString('hex'))
        if (topic !== undefined && plain !== undefined) reached.push(subscriber.notify(topic, plain))
        return
      }
      default:
    }
  }
  for (const { step, bytes, message } of recorded.steps) {
    if (step.from === 'broadcaster') {
      peer.send(bytes)
      if (message.type === 'CONFIRM_CONFIGURE') await connected
    } else {
      act(message)
      await peer.has(++heard)
    }
  }
  expect(await Promise.all(reached)).to.deep.equal(confirmationsIn(recorded))
  await turns(3)
  expectSaidBySubscriber(recorded, peer.received)
  expect(subscriber.events).to.not.include('lost')
}

describe('over a real WebSocket, our broadcaster in the place of the original one', () => {
  for (const conversation of RECORDED.filter(({ name }) => name !== 'overlapping-subscriptions-none')) {
    it(`says in ${conversation.name} what the original said`, () => playSubscriber(conversation))
  }
})

describe('over a real WebSocket, our subscriber in the place of the original one', () => {
  for (const conversation of RECORDED.filter(({ name }) => !isHandPlayed(name))) {
    it(`says in ${conversation.name} what the original said`, async function () {
      const zstd = await loadZstd()
      // The original signs with the digest of what was compressed, so that must be known.
      if (zstd === undefined && /^zstd-.*-hmac$/.test(conversation.name)) return this.skip()
      await playBroadcaster(conversation, zstd)
    })
  }
})
