/** The address in `HOST:PORT`, as it counts for shares: names and keys anybody can make up, an address not as easily. */
export const addressOf = (remote: string | undefined): string | undefined => remote?.slice(0, remote.lastIndexOf(':'))
