/** Who broke the rules: this program, the other end, or what lies between them. */
export type Fault = 'local' | 'remote' | 'system'

/** Every code this library can raise, with whose fault it is and what happened. */
export const CODES = {
  // the opening of a connection
  OPENING_REFUSED: { fault: 'remote', text: 'the other end refused the connection at its opening' },
  OPENING_UNEXPECTED: { fault: 'remote', text: 'the other end did not open with ff' },
  OPENING_TIMEOUT: { fault: 'remote', text: 'the opening took longer than openingTimeoutMs' },
  CONNECT_REFUSED: { fault: 'system', text: 'nobody listens at that address' },
  CONNECT_TIMEOUT: { fault: 'system', text: 'no connection came about in time' },
  CONNECT_FAILED: { fault: 'system', text: 'the connection could not be made' },
  NAME_UNRESOLVED: { fault: 'system', text: 'the host name has no address' },
  TLS_FAILED: { fault: 'remote', text: 'the TLS handshake failed' },

  // frames that arrive
  MESSAGE_TOO_LARGE: { fault: 'remote', text: 'the other end announced a message above the limit' },
  FRAME_TRUNCATED: { fault: 'remote', text: 'the stream ended inside a frame' },
  FRAME_MALFORMED: { fault: 'remote', text: 'the bytes are not a frame' },
  ANSWER_UNEXPECTED: { fault: 'remote', text: 'an answer arrived that nobody had asked for' },
  PLUGIN_REJECTED: { fault: 'remote', text: 'a plugin could not read the message' },
  SEAL_BROKEN: { fault: 'remote', text: 'the bytes are not the next record of the sealed stream' },
  SEAL_TRUNCATED: { fault: 'remote', text: 'the sealed stream ended without its farewell' },
  MESSAGE_DECLINED: { fault: 'local', text: 'transmissionOffered said no to the announced message' },
  MEMORY_LIMIT: { fault: 'remote', text: 'the memory budget has no room for the announced message' },
  MESSAGE_TIMEOUT: { fault: 'remote', text: 'a started message was not finished within messageTimeoutMs' },
  IDLE_TIMEOUT: { fault: 'remote', text: 'nothing arrived within idleTimeoutMs' },

  // messages that were to leave
  MESSAGE_REFUSED: { fault: 'remote', text: 'the other end refused the announced message' },
  ANSWER_TIMEOUT: { fault: 'remote', text: 'the other end did not answer within answerTimeoutMs' },
  COLLISION: { fault: 'remote', text: 'both ends spoke at once and the other end could not follow' },
  REMOTE_ENDED: { fault: 'remote', text: 'the other end has closed its side' },
  OUTBOX_FULL: { fault: 'local', text: 'as much as the outbox may hold is already waiting' },
  MESSAGE_UNSENDABLE: { fault: 'local', text: 'this framing cannot carry the message' },
  SOURCE_MISMATCH: { fault: 'local', text: 'the source did not give as many bytes as were announced' },
  SOURCE_FAILED: { fault: 'local', text: 'the source of a streamed message failed' },
  PLUGIN_FAILED: { fault: 'local', text: 'a plugin could not write the message' },
  STREAM_WITH_PLUGINS: { fault: 'local', text: 'plugins work on whole messages, so nothing can be streamed past them' },

  // use of the library
  NOT_BYTES: { fault: 'local', text: 'a message must be a Uint8Array' },
  NOT_OPEN: { fault: 'local', text: 'the connection is not open' },
  CLOSING: { fault: 'local', text: 'the connection is closing and takes no more messages' },
  CLOSED: { fault: 'local', text: 'this end has closed the connection' },
  CLOSE_TIMEOUT: { fault: 'remote', text: 'the other end did not take what was waiting before the deadline of close' },
  DRAINING: { fault: 'local', text: 'this end is draining and takes no more messages' },
  ABORTED: { fault: 'local', text: 'the operation was aborted by its signal' },
  HOOK_FAILED: { fault: 'local', text: 'a hook threw' },
  HOOK_TIMEOUT: { fault: 'local', text: 'a hook had not returned within closeTimeoutMs of the end' },
  RECEIVE_PENDING: { fault: 'local', text: 'too many receive() calls are waiting already' },
  OPTION_INVALID: { fault: 'local', text: 'an option is out of range' },
  ADDRESS_INVALID: { fault: 'local', text: 'the address cannot be used' },
  HANDLER_MISSING: { fault: 'local', text: 'no connection class has been set; give a handler, or call setConnHandler' },
  ALREADY_STARTED: { fault: 'local', text: 'it has been started already' },
  CERTIFICATE_FAILED: { fault: 'local', text: 'the certificate could not be made' },

  // files and letters
  TRANSFER_REJECTED: { fault: 'remote', text: 'the other end rejected the transfer' },
  TRANSFER_TIMEOUT: { fault: 'remote', text: 'the other end did not go on with the transfer in time' },
  TRANSFER_OVERRUN: { fault: 'remote', text: 'the other end sent more of the file than it had announced' },
  LETTER_MALFORMED: { fault: 'remote', text: 'the message is not a letter of this protocol' },
  LETTER_UNEXPECTED: { fault: 'remote', text: 'a letter arrived that has no place here' },
  FILE_FAILED: { fault: 'system', text: 'a file could not be read or written' },

  // replay
  RECORDING_MALFORMED: { fault: 'local', text: 'the file is no recording that can be replayed' },
  REPLAY_DIFFERS: { fault: 'remote', text: 'the other end did not do what the recording says' },

  // Pyile networks
  PASSWORD_REFUSED: { fault: 'local', text: 'the auth peer did not accept the password' },
  PEER_BANNED: { fault: 'local', text: 'the auth peer has banned this address' },
  JOIN_DECLINED: { fault: 'remote', text: 'a peer that wants to join cannot be let in' },
  JOIN_TIMEOUT: { fault: 'remote', text: 'the other end did not go on with the join in time' },
  HEARTBEAT_LOST: { fault: 'remote', text: 'the other end did not answer the heartbeat in time' },
  PEER_UNREACHABLE: { fault: 'remote', text: 'the peer did not take the message' },
  VALUE_MALFORMED: { fault: 'remote', text: 'the value is not one of this protocol' },
  VALUE_UNSENDABLE: { fault: 'local', text: 'the value cannot be sent' },

  // the system below
  CONNECTION_RESET: { fault: 'system', text: 'the connection was reset' },
  CONNECTION_BROKEN: { fault: 'system', text: 'the connection broke' },
  ADDRESS_IN_USE: { fault: 'system', text: 'another program already listens at that address' },
  LISTEN_FAILED: { fault: 'system', text: 'the server could not listen at that address' },

  // datagrams
  DATAGRAM_TOO_LARGE: { fault: 'local', text: 'the datagram is larger than may be sent' },
  DATAGRAM_UNSENT: { fault: 'system', text: 'the system did not take the datagram' },
  DATAGRAM_UNREAD: { fault: 'system', text: 'the system could not hand over what had arrived' },
  GROUP_UNREACHED: { fault: 'system', text: 'the multicast group cannot be joined or reached through its interface' },

  // STP, and what pnet has in common with it
  PACKET_MALFORMED: { fault: 'remote', text: 'the bytes are not a packet of this protocol' },
  PACKET_UNDECRYPTABLE: { fault: 'remote', text: 'the body was not sealed for this node, or has been changed' },
  BODY_UNSEALABLE: {
    fault: 'local',
    text: 'the body is too large to be sealed for this peer, and is not sent in the clear',
  },
  PEER_UNKNOWN: { fault: 'local', text: 'no such peer is known' },
  PEER_KEY_UNKNOWN: { fault: 'local', text: 'there is no public key of this peer to seal with' },
  PEER_KEY_CHANGED: { fault: 'remote', text: 'a peer came with another key than before; the first one is kept' },
  HANDLER_TIMEOUT: { fault: 'local', text: 'a handler was not done within handlerTimeoutMs; the others go on' },

  // pnet: packets, seals and values
  PACKET_UNEXPECTED: { fault: 'remote', text: 'the packet is of a type that has no place here' },
  PACKET_REFUSED: { fault: 'remote', text: 'the other node refused the packet' },
  NETWORK_DIFFERENT: { fault: 'remote', text: 'the packet is of another network' },
  NETWORK_KEY_DIFFERENT: { fault: 'remote', text: 'the packet was not sealed with the key of this network' },
  FERNET_KEY_INVALID: { fault: 'local', text: 'a Fernet key is 32 bytes, or 44 characters of URL-safe base64' },
  FERNET_REJECTED: { fault: 'remote', text: 'the Fernet token does not open with this key' },
  NODE_KEY_INVALID: { fault: 'remote', text: 'this is not an RSA key that a node can use' },
  ENVELOPE_MALFORMED: { fault: 'remote', text: 'the payload is not an envelope' },
  ENVELOPE_REJECTED: { fault: 'remote', text: 'the envelope is for another node, or was changed' },
  ADVERTISEMENT_MALFORMED: { fault: 'remote', text: 'the payload is not an advertisement' },
  PICKLE_MALFORMED: { fault: 'remote', text: 'the bytes are not a pickle' },
  PICKLE_REFUSED: { fault: 'remote', text: 'the pickle asks for more than plain data' },
  PICKLE_TOO_LARGE: { fault: 'remote', text: 'the pickle is above a limit' },
  NAME_UNUSABLE: { fault: 'local', text: 'the name has characters that the protocol cannot carry, or too many' },
  COMMAND_MALFORMED: { fault: 'remote', text: 'the message is not a command of this protocol' },
  CHECKSUM_DIFFERENT: { fault: 'remote', text: 'what arrived is not what its checksum says' },

  // pnet nodes
  PEER_LIMIT: { fault: 'local', text: 'maxPeers are known already' },
  PENDING_LIMIT: { fault: 'local', text: 'maxPendingRequests are under way already' },
  REPLY_MISSING: { fault: 'remote', text: 'the peer ended the connection without a reply' },
  REPLY_TIMEOUT: { fault: 'remote', text: 'the peer did not reply within replyTimeoutMs' },
  REPLY_UNREADABLE: { fault: 'remote', text: 'the reply of the peer cannot be read' },
  CALL_FAILED: { fault: 'remote', text: 'the peer could not do what was asked' },
  FUNCTION_UNKNOWN: { fault: 'remote', text: 'there is no function of that name' },
  STREAM_LIMIT: { fault: 'remote', text: 'the stream, or all streams together, are above the limit' },
  STREAM_UNKNOWN: { fault: 'remote', text: 'a stream that is not known was asked for again and again' },

  // the lonely protocol
  LONELY_MALFORMED: { fault: 'remote', text: 'the bytes are not a message of the lonely protocol' },
  LONELY_UNWRITABLE: { fault: 'local', text: 'the lonely protocol cannot carry the message' },
  GLOB_REFUSED: { fault: 'remote', text: 'a glob is longer or has more wildcards than allowed' },
  MATCH_TOO_COSTLY: { fault: 'remote', text: 'finding who wants the topic takes too many steps' },
  ZSTD_REFUSED: { fault: 'remote', text: 'the other end may not compress like that' },

  // lonely: broadcaster and subscriber
  LONELY_UNEXPECTED: { fault: 'remote', text: 'a message arrived that has no place here' },
  LONELY_TIMEOUT: { fault: 'remote', text: 'what the other end owes the conversation has not come in time' },
  CONFIGURE_REFUSED: { fault: 'remote', text: 'the broadcaster closed the connection instead of configuring it' },
  AUTHORIZATION_REFUSED: { fault: 'remote', text: 'the message of the other end presents no right authorization' },
  SUBSCRIPTION_LIMIT: { fault: 'remote', text: 'the connection has as many subscriptions as it may' },
  SUBSCRIBER_SLOW: { fault: 'remote', text: 'the subscriber has not taken what waits for it within slowAfterMs' },
  SUBSCRIBE_UNCERTAIN: { fault: 'remote', text: 'connections were lost before the subscription was confirmed' },
  NOTIFY_UNCERTAIN: { fault: 'remote', text: 'connections were lost before the notification was confirmed' },
  ABANDONED: { fault: 'remote', text: 'no broadcaster could be reached in maxRounds rounds' },
  BODY_TOO_LARGE: { fault: 'remote', text: 'there is no room for the body of the notification' },
  SPOOL_FULL: { fault: 'local', text: 'as many bodies are in files as there may be' },
  BODY_MISMATCH: { fault: 'remote', text: 'the body is not what was announced' },
  BODY_FAILED: { fault: 'system', text: 'the body could not be kept or read' },
  PACKAGE_MISSING: { fault: 'local', text: 'this needs an optional package that is not installed' },
  CLAIM_UNSIGNABLE: { fault: 'local', text: 'the scheme has no authorization for a message with these values' },
} as const satisfies Record<string, { readonly fault: Fault; readonly text: string }>

/** The name of one thing that can go wrong; stable, so that callers can match it. */
export type Code = keyof typeof CODES

/** Numbers and words that belong to one failure: sizes, limits, addresses. */
export type Detail = Readonly<Record<string, string | number | boolean | undefined>>

/**
 * What every error of ours is; the classes a protocol adds below it only group codes. Match `code`, never the text.
 * `cause` carries what came from below, such as the system's own error or what a hook threw.
 */
export class TransportError extends Error {
  override readonly name: string = 'TransportError'
  readonly fault: Fault

  /** The numbers and words of this failure; what is not known is left out. */
  readonly detail: Detail

  constructor(
    readonly code: Code,
    detail: Detail = {},
    options?: ErrorOptions,
  ) {
    const known = Object.fromEntries(Object.entries(detail).filter(([, value]) => value !== undefined))
    super(describe(code, known), options)
    this.detail = known
    this.fault = CODES[code].fault
  }
}

/** What somebody else has thrown, in words. Never throws itself, though what is thrown may be no error, nor have words. */
export const wordsOf = (thrown: unknown): string => {
  try {
    const words: unknown = thrown instanceof Error ? thrown.message : thrown
    return String(words)
  } catch {
    return 'something that has no words'
  }
}

const describe = (code: Code, detail: Detail): string => {
  const numbers = Object.entries(detail)
    .map(([key, value]) => `${key}: ${String(value)}`)
    .join(', ')
  return numbers === '' ? CODES[code].text : `${CODES[code].text} (${numbers})`
}
