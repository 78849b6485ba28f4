import { type Code, type Detail, TransportError, wordsOf } from '@/errors.js'

/** The password was wrong, or this address is banned: PASSWORD_REFUSED, PEER_BANNED. */
export class AuthenticationException extends TransportError {
  override readonly name = 'AuthenticationException'
}

/** The peer is not in the state that the call needs: NOT_OPEN, ALREADY_STARTED. */
export class StatusException extends TransportError {
  override readonly name = 'StatusException'
}

/** A message did not reach its peer: VALUE_UNSENDABLE, OUTBOX_FULL, PEER_UNREACHABLE, ABORTED. */
export class SendException extends TransportError {
  override readonly name = 'SendException'
}

/** What arrived is no value of this protocol, or has no place here: VALUE_MALFORMED. */
export class RecvException extends TransportError {
  override readonly name = 'RecvException'
}

/** The network cannot be reached or was lost: HEARTBEAT_LOST, JOIN_TIMEOUT, JOIN_DECLINED, and the codes of the transport. */
export class ConnectionException extends TransportError {
  override readonly name = 'ConnectionException'

  /** The same failure, as one of a connection of this protocol. */
  static of(error: unknown): TransportError {
    if (error instanceof TransportError && isOurs(error)) return error
    const [code, detail]: [Code, Detail] =
      error instanceof TransportError ? [error.code, error.detail] : ['CONNECTION_BROKEN', { says: wordsOf(error) }]
    return new ConnectionException(code, detail, { cause: error })
  }
}

/** A hook of this peer or its message store threw; in the original, hooks run in threads: HOOK_FAILED. */
export class ThreadException extends TransportError {
  override readonly name = 'ThreadException'
}

const isOurs = (error: TransportError): boolean => error.name !== 'TransportError'
