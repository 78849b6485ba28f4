import { expect } from 'chai'
import { NO_MAX_SIZE } from '@/protocols/lonely/broadcaster/broadcasterOptions.js'
import { parseToBroadcaster, parseToSubscriber } from '@/protocols/lonely/codecs.js'
import type { LonelyMessage, Preset, SubscriberOptions } from '@/protocols/lonely/index.js'
import {
  type Conversation,
  type ConversationStep,
  dictionariesOf,
  isStep,
  type RecordedConnection,
} from './lonelyConversations.js'

/** The compressors that the recorded broadcaster had. */
export const presetsOf = ({ config }: Conversation): readonly Preset[] => {
  const others = Object.entries(config.preset_dictionaries ?? {}).map(([id, { level, dictionary_hex: hex }]) => ({
    id: Number(id),
    level,
    minSize: 32,
    maxSize: NO_MAX_SIZE,
    dictionary: Buffer.from(hex, 'hex'),
  }))
  return [{ id: 1, level: 3, minSize: 16_384, maxSize: NO_MAX_SIZE, dictionary: undefined }, ...others]
}

/** How both ends of a conversation were set, as far as ours can be set like them. */
export const commonOptionsOf = ({ name, config }: Conversation) => ({
  headers: name.startsWith('expanded') ? ('expanded' as const) : ('minimal' as const),
  maxSendBytes: config.max_message_size ?? 3_670_016,
})

/** How the recorded subscriber was set. */
export const subscriberOptionsOf = (
  conversation: Conversation,
  configure: LonelyMessage | undefined,
): Partial<SubscriberOptions> => {
  const { enableTraining, initialDict } =
    configure?.type === 'CONFIGURE' ? configure : { enableTraining: false, initialDict: 0 }
  return {
    ...commonOptionsOf(conversation),
    maxOpenParts: 100,
    presets: [...dictionariesOf(conversation)]
      .map(([id, dictionary]) => ({ id, dictionary }))
      .filter(({ id }) => id < 65_536),
    training: enableTraining,
    initialDict,
  }
}

/** Bodies and confirmations of notifications are not ordered against each other. */
export const isConfirmation = (type: string): boolean => type === 'CONFIRM_NOTIFY' || type === 'CONTINUE_NOTIFY'
const isRequest = (type: string): boolean => !type.endsWith('_RECEIVE')

/** Whether our broadcaster said on one connection what the original said. */
export const expectSaidByBroadcaster = ({ steps }: RecordedConnection, sent: readonly Buffer[]): void => {
  for (const confirmations of [false, true]) {
    const said = steps.filter(
      ({ step }) => step.from === 'broadcaster' && isConfirmation(step.type ?? '') === confirmations,
    )
    const ours = sent.filter((bytes) => isConfirmation(parseToSubscriber(bytes).type) === confirmations)
    for (const [i, { step, bytes, message }] of said.entries()) {
      const own = ours[i]
      if (own === undefined) throw new Error(`${step.type} was not sent`)
      const loose =
        confirmations && message.authorization?.startsWith('X-HMAC') === true && isCompressed(steps, message)
      if (loose) expect(withoutAuthorization(own)).to.deep.equal(withoutAuthorization(bytes))
      else expectStep(step, own, bytes)
    }
    expect(ours).to.have.lengthOf(said.length)
  }
}

/** Whether our subscriber said on one connection what the original said. */
export const expectSaidBySubscriber = ({ steps }: RecordedConnection, sent: readonly Buffer[]): void => {
  for (const requests of [true, false]) {
    const said = steps.filter(({ step }) => step.from === 'subscriber' && isRequest(step.type ?? '') === requests)
    const ours = sent.filter((bytes) => isRequest(parseToBroadcaster(bytes).type) === requests)
    for (const [i, { step, bytes }] of said.entries()) {
      const own = ours[i]
      if (own === undefined) throw new Error(`${step.type} was not sent`)
      expectStep(step, own, bytes)
    }
    expect(ours).to.have.lengthOf(said.length)
  }
}

/** What the broadcaster confirmed, in order. */
export const confirmationsIn = ({ steps }: RecordedConnection): readonly number[] =>
  steps.flatMap(({ message }) => (message.type === 'CONFIRM_NOTIFY' ? [Number(message.subscribers)] : []))

const expectStep = (step: ConversationStep, own: Buffer, bytes: Buffer): void => {
  if (!isStep(step, own)) expect(own.toString('hex')).to.equal(bytes.toString('hex'))
}

/**
 * The original signs the confirmation of a compressed NOTIFY with the digest of the plain body; ours with the one
 * announced, as the text says.
 */
const withoutAuthorization = (bytes: Buffer): unknown => ({ ...parseToSubscriber(bytes), authorization: undefined })

const isCompressed = (steps: RecordedConnection['steps'], confirmation: LonelyMessage): boolean =>
  steps.some(
    ({ message }) =>
      message.type === 'NOTIFY' &&
      message.compression !== undefined &&
      confirmation.type === 'CONFIRM_NOTIFY' &&
      Buffer.from(message.identifier).equals(confirmation.identifier),
  )
