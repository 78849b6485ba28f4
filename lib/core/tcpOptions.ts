/** What every socket of ours is made with, whichever end makes it, with TLS or without. @param keepAliveMs silence before the system asks; 0 never asks */
export const tcpOptions = (keepAliveMs: number) =>
  ({
    noDelay: true,
    keepAlive: keepAliveMs > 0,
    // The system counts in seconds.
    keepAliveInitialDelay: Math.max(keepAliveMs, 1_000),
  }) as const
