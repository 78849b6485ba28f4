/** The command line cannot be understood: exit code 2, and the message with its hint on one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError'

  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message)
  }
}
