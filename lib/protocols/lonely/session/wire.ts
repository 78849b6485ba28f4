/** Where a session puts its messages, in the order of the wire. */
export interface Wire {
  /** @param message not to be changed any more */
  send(message: Buffer): void
  /** The session cannot go on; called once at most. */
  failed(error: Error): void
}
