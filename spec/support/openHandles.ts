/** The sockets and pipes of this process that are open. */
export const openHandles = (): string[] =>
  process.getActiveResourcesInfo().filter((name) => /TCP|UDP|Pipe(Server|Connect)|TLSWrap/.test(name))
