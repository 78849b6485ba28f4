import { TransportError } from '@/errors.js'

/** What a node answers to a packet that it does not take. @see WIRE.md, "refusals" */
export type Refusal =
  | 'ERR_SECTION_COUNT'
  | 'ERR_PACKET_INCOMPLETE'
  | 'ERR_NETWORK_INCORRECT'
  | 'ERR_PACKET_TYPE'
  | 'ERR_NET_DECRYPTION_FAILED'
  | 'ERR_RSA_DECRYPTION_FAILED'
  | 'ERR_BR_INVALID_IP'
  | 'ERR_BR_INVALID_FORMAT'

/** Whether the answer carries the key of the node: only to those who could open the network layer. */
const WITH_KEY: Readonly<Record<Refusal, boolean>> = {
  ERR_SECTION_COUNT: false,
  ERR_PACKET_INCOMPLETE: false,
  ERR_NETWORK_INCORRECT: false,
  ERR_PACKET_TYPE: false,
  ERR_NET_DECRYPTION_FAILED: false,
  ERR_RSA_DECRYPTION_FAILED: true,
  ERR_BR_INVALID_IP: true,
  ERR_BR_INVALID_FORMAT: true,
}

/** @see WIRE.md, "refusals" */
export const carriesKey = (refusal: Refusal): boolean => WITH_KEY[refusal]

const isRefusal = (word: unknown): word is Refusal => typeof word === 'string' && Object.hasOwn(WITH_KEY, word)

/** What is to be answered to the packet that this error came of; undefined means to close without a byte. */
export const refusalOf = (error: unknown): Refusal | undefined => {
  if (!(error instanceof TransportError) || error.code === 'PACKET_REFUSED') return undefined
  const { refusal } = error.detail
  return isRefusal(refusal) ? refusal : undefined
}
