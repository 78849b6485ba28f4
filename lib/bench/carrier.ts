/** What carries the bytes of a contender, always within this machine. */
export const CARRIERS = ['tcp', 'unix', 'tls'] as const
/** One of them. */
export type Carrier = (typeof CARRIERS)[number]

/** Where a contender is to listen: a free port of 127.0.0.1, or a path. */
export type Berth =
  | { readonly carrier: 'tcp' }
  | { readonly carrier: 'unix'; readonly path: string }
  | { readonly carrier: 'tls'; readonly key: string; readonly cert: string }

/** Where it can be reached. The port is one of 127.0.0.1. */
export type Address =
  | { readonly carrier: 'tcp'; readonly port: number }
  | { readonly carrier: 'unix'; readonly path: string }
  | { readonly carrier: 'tls'; readonly port: number; readonly ca: string }

/** What each carrier needs beside Node. */
export const CARRIER_NEEDS: Readonly<Record<Carrier, readonly string[]>> = { tcp: [], unix: [], tls: ['node-forge'] }

/** @param port that the system has chosen; of no importance for a path */
export const addressAt = (berth: Berth, port: number): Address => {
  if (berth.carrier === 'tcp') return { carrier: 'tcp', port }
  if (berth.carrier === 'unix') return berth
  return { carrier: 'tls', port, ca: berth.cert }
}

/** What `listen` and `connect` of `node:net` take. */
export const placeOf = (
  where: Berth | Address,
): { readonly path: string } | { readonly host: string; port: number } => {
  if (where.carrier === 'unix') return { path: where.path }
  return { host: '127.0.0.1', port: 'port' in where ? where.port : 0 }
}
