import { ourContender } from './ourEnds.js'
import { awaited, oneWaiting } from './ways.js'

/** What an idle client says and hears when a connection opens. */
const greeting = [0xff]
const common = { module: import.meta.url, greeting, options: {} }

/** Each message is awaited before the next is given. */
export const handshakeAwaited = ourContender({ ...common, name: 'strict, each awaited', way: awaited })

/** One message always waits behind the one under way, so that its length leaves together with that one's payload. */
export const handshakeBusy = ourContender({ ...common, name: 'strict, the next one waiting', way: oneWaiting })
