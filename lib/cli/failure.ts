import type { Io } from '@/cli/io.js'
import { plainText } from '@/cli/plainText.js'
import { UsageError } from '@/cli/usageError.js'
import { type Code, TransportError } from '@/errors.js'

/** What to do about it, where there is something to say. */
const ADVICE: Partial<Readonly<Record<Code, string>>> = {
  CONNECT_REFUSED: 'start a server there, or check host and port',
  CONNECT_FAILED: 'check host, port and path, and that it is tcp:// or ws:// as the other end listens',
  CONNECT_TIMEOUT: 'check the address, and whether a firewall stands in between',
  NAME_UNRESOLVED: 'check the spelling, or give an IP address',
  ADDRESS_IN_USE: 'choose another port, or 0 for any that is free',
  LISTEN_FAILED: 'ports below 1024 want special rights; choose a higher one, or check the host',
  OPENING_REFUSED: 'the server is full, or it speaks another protocol',
  OPENING_TIMEOUT: 'what listens there does not speak this protocol; try another --framing, or --tls',
  OPENING_UNEXPECTED: 'what listens there does not speak this protocol; try another --framing, or --tls',
  TLS_FAILED: 'give the certificate of the server with --ca FILE, or trust anybody with --insecure',
  IDLE_TIMEOUT: 'the other end fell silent; what --echo waits for comes only from one that sends everything back',
  MESSAGE_TOO_LARGE: 'raise --max-message at the end that refused it',
  MESSAGE_REFUSED: 'the other end takes no message of this size; its --max-message may be too small',
  COLLISION: 'the other end is an original that spoke at the same moment; connect again',
  FRAME_MALFORMED: 'both ends must use the same --framing',
  FRAME_TRUNCATED: 'the other end was cut off in the middle of a message, or uses another --framing',
  REMOTE_ENDED: 'the other end has gone; look there for the reason',
  CONNECTION_RESET: 'the other end has gone; look there for the reason',
  GROUP_UNREACHED: 'check --interface, and whether that network is there',
  DATAGRAM_UNSENT: 'check --interface, and whether that network is there',
  PEER_UNKNOWN:
    'is it there? see "framewright stp peers" or "pnet peers"; a longer --wait, or another --interface, may help',
  REPLY_MISSING: 'it may have no such function, or the function failed; look there for the reason',
  BODY_UNSEALABLE: 'send less; the peer has no hybrid-1',
  PASSWORD_REFUSED: 'ask the owner of the room for the password; too many wrong ones end in a ban',
  PEER_BANNED: 'only the owner of the room can change that',
  HEARTBEAT_LOST: 'join again, and look at the network between',
  CONFIGURE_REFUSED: 'give --auth and the secret of the broadcaster, and check that the clocks agree',
  AUTHORIZATION_REFUSED: 'both ends want the same --auth and secret',
  LONELY_TIMEOUT: 'the other end hangs, or something else is there; look there for the reason',
  LONELY_MALFORMED: 'what is there speaks another protocol, or this one in the other direction',
  SUBSCRIBER_SLOW: 'let it do less for each message, or serve with --slow skip',
  SUBSCRIBE_UNCERTAIN: 'the broadcaster ends connections that ask for it; look there for the reason',
  NOTIFY_UNCERTAIN: 'it may have arrived; look at the broadcaster for the reason',
  GLOB_REFUSED: 'use fewer wildcards, or a shorter glob',
  BODY_TOO_LARGE: 'notify less at once',
  SPOOL_FULL: 'try again when others have taken what is under way',
  BODY_FAILED: 'check that the file is there and can be read, and that the disk has room',
  PACKAGE_MISSING: 'npm install ws',
  TRANSFER_TIMEOUT: 'the server may have died over the request; try again, or look there',
}

/** One line that says what went wrong and what to do. */
export const failureLine = (error: unknown): string => {
  if (!(error instanceof Error)) return plainText(String(error))
  if (error instanceof UsageError) return plainText([error.message, error.hint ?? []].flat().join('; '))
  if (!(error instanceof TransportError)) return plainText(error.message.split('\n', 1)[0] ?? error.name)
  const advice = ADVICE[error.code]
  return `${plainText(error.message)} [${error.code}]${advice === undefined ? '' : `; ${advice}`}`
}

/** Says on stderr that something went wrong. @param line one line, with nothing in it that a terminal would act on */
export const complain = ({ stderr }: Pick<Io, 'stderr'>, line: string): void => {
  stderr.write(`framewright: ${line}\n`)
}
