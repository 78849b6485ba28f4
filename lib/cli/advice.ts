import type { Options } from '@/cli/arguments.js'
import type { Code, TransportError } from '@/errors.js'

/** Pieces that make sense each for itself, in their order. */
type Pieces = readonly string[]
type Detail = TransportError['detail']

const IS_UNIX = /^unix:/

/** One of two, by where it happened. */
const atPort =
  (tcp: string, unix: string) =>
  ({ address }: Detail): Pieces => [IS_UNIX.test(String(address)) ? unix : tcp]

const TLS = 'both ends want --tls, or neither'
const FRAMING = 'both ends must use the same --framing'
const STRANGER = ['the other end does not speak this protocol', FRAMING, TLS]
const GONE = 'the other end has gone; look there for the reason'
const NETWORK = ['check whether that network is there', 'check --interface']

/** What to do about it, where there is something to say. */
const ADVICE: Partial<Readonly<Record<Code, Pieces | ((detail: Detail) => Pieces)>>> = {
  CONNECT_REFUSED: atPort('start a server there, or check host and port', 'start a server there, or check the path'),
  CONNECT_FAILED: atPort(
    'check host, port and path, and whether the other end listens there in this way',
    'check the path, and whether a server is there and lets you in',
  ),
  CONNECT_TIMEOUT: ['check the address, and whether a firewall stands in between'],
  NAME_UNRESOLVED: ['check the spelling, or give an IP address'],
  ADDRESS_IN_USE: atPort('choose another port, or 0 for any that is free', 'choose another path'),
  LISTEN_FAILED: ({ address, system }) => {
    if (IS_UNIX.test(String(address))) return ['check that its folder is there, and that you may write to it']
    if (system === 'EACCES') return ['ports below 1024 want special rights; choose a higher one']
    return ['check the host; it must be an address of this machine']
  },
  OPENING_REFUSED: ['the server is full, or it speaks another protocol', TLS],
  OPENING_TIMEOUT: STRANGER,
  OPENING_UNEXPECTED: ({ looksLike }) =>
    String(looksLike).includes('TLS') ? ['the other end speaks TLS', TLS] : STRANGER,
  TLS_FAILED: ['give the certificate of the server with --ca FILE, or trust anybody with --insecure'],
  IDLE_TIMEOUT: ['the other end fell silent', 'what --echo waits for comes only from one that sends everything back'],
  MESSAGE_TOO_LARGE: ['raise --max-message'],
  MESSAGE_REFUSED: ['the other end takes no message of this size; look there for its limit'],
  COLLISION: ['the other end is an original that spoke at the same moment; connect again'],
  FRAME_MALFORMED: ['what came is nothing of this protocol', FRAMING],
  FRAME_TRUNCATED: ['the other end was cut off in the middle of a message', FRAMING],
  REMOTE_ENDED: [GONE],
  CONNECTION_RESET: [GONE],
  GROUP_UNREACHED: NETWORK,
  DATAGRAM_UNSENT: NETWORK,
  PEER_UNKNOWN: [
    'is it there? see "framewright stp peers" or "pnet peers"',
    'a longer --wait may help',
    'another --interface may help',
  ],
  REPLY_MISSING: ['it may have no such function, or the function failed; look there for the reason'],
  BODY_UNSEALABLE: ['send less; the peer has no hybrid-1'],
  PASSWORD_REFUSED: ['ask the owner of the room for the password; too many wrong ones end in a ban'],
  PEER_BANNED: ['only the owner of the room can change that'],
  HEARTBEAT_LOST: ['join again, and look at the network between'],
  CONFIGURE_REFUSED: ['give --auth and the secret of the broadcaster, and check that the clocks agree'],
  AUTHORIZATION_REFUSED: ['both ends want the same --auth and secret'],
  LONELY_TIMEOUT: ['the other end hangs, or something else is there; look there for the reason'],
  LONELY_MALFORMED: ['what is there speaks another protocol, or this one in the other direction'],
  SUBSCRIBER_SLOW: ['it has to do less for each message', 'with --slow skip it misses some instead'],
  SUBSCRIBE_UNCERTAIN: ['the broadcaster ends connections that ask for it; look there for the reason'],
  NOTIFY_UNCERTAIN: ['it may have arrived; look at the broadcaster for the reason'],
  GLOB_REFUSED: ['use fewer wildcards, or a shorter glob'],
  BODY_TOO_LARGE: ['notify less at once'],
  SPOOL_FULL: ['try again when others have taken what is under way'],
  BODY_FAILED: ['check that the file is there and can be read, and that the disk has room'],
  PACKAGE_MISSING: ['npm install ws'],
  TRANSFER_TIMEOUT: ['the server may have died over the request; try again, or look there'],
}

/** What to do about a failure. @param options those of the command that runs: pieces that name others are left out */
export const adviceFor = ({ code, detail }: TransportError, options: Options): Pieces => {
  const advice = ADVICE[code] ?? []
  const pieces = typeof advice === 'function' ? advice(detail) : advice
  return pieces.filter((piece) => optionsIn(piece).every((name) => Object.hasOwn(options, name)))
}

const optionsIn = (piece: string): readonly string[] => [...piece.matchAll(/--([a-z-]+)/g)].map(([, name = '']) => name)
