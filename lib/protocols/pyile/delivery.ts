import type { Message } from '@/protocols/pyile/message.js'

/** How a direct message went. */
export interface Delivery {
  readonly message: Message
  /** The alias in the receipt; undefined when none came, and nobody knows whether the message is there. */
  readonly receipt: string | undefined
}
