import { TransportError } from '@/errors.js'

/** The optional package. */
export type Ws = typeof import('ws')

/** @throws TransportError PACKAGE_MISSING */
export const loadWs = (): Promise<Ws> =>
  import('ws').catch((cause: unknown) => {
    throw new TransportError('PACKAGE_MISSING', { package: 'ws', needs: '8.21 or later' }, { cause })
  })
