import type { Duplex } from 'node:stream'
import type { ConnectionOptions as TlsConnectionOptions } from 'node:tls'
import { type Clock, systemError } from '@/core/index.js'
import { loadWs } from '@/protocols/lonely/webSocket/loadWs.js'
import { WebSocketStream } from '@/protocols/lonely/webSocket/webSocketStream.js'
import { TransportError } from '@/errors.js'

/** How a WebSocket is connected. */
export interface WebSocketConnectOptions {
  /** For `wss:`. */
  readonly tls: TlsConnectionOptions | undefined
  readonly maxMessageBytes: number
  /** 0 waits as long as the system does. */
  readonly connectTimeoutMs: number
  readonly clock: Clock
  readonly pingMs: number
}

/**
 * @param url `ws://HOST:PORT/PATH` or `wss://...`
 * @throws TransportError PACKAGE_MISSING, ABORTED; CONNECT_REFUSED and others of `Client.connectTo`
 */
export const connectWebSocket = async (
  url: string,
  options: WebSocketConnectOptions,
  signal: AbortSignal,
): Promise<Duplex> => {
  const { WebSocket } = await loadWs()
  if (signal.aborted) throw aborted(signal)
  const { tls, maxMessageBytes, connectTimeoutMs: limitMs, clock, pingMs } = options
  const common = { perMessageDeflate: false, maxPayload: maxMessageBytes, autoPong: false }
  const webSocket = new WebSocket(url, { ...tls, ...common, skipUTF8Validation: true })
  return new Promise((resolve, reject) => {
    let socket: Duplex | undefined
    const done = (): void => {
      cancel()
      signal.removeEventListener('abort', stop)
    }
    const fail = (error: TransportError): void => {
      done()
      webSocket.terminate()
      reject(error)
    }
    const stop = (): void => fail(aborted(signal))
    const late = (): void => fail(new TransportError('CONNECT_TIMEOUT', { address: url, limitMs }))
    const cancel = limitMs === 0 ? (): void => {} : clock.after(limitMs, late)
    signal.addEventListener('abort', stop, { once: true })
    // Stays, so that what `terminate` says about a socket in the making is no unhandled error.
    webSocket.on('error', (error) => fail(systemError(error, 'CONNECT_FAILED', { address: url })))
    webSocket.once('unexpected-response', (_request, response) => {
      response.destroy()
      fail(new TransportError('CONNECT_FAILED', { address: url, status: response.statusCode }))
    })
    webSocket.once('upgrade', (response) => {
      socket = response.socket
    })
    webSocket.once('open', () => {
      if (socket === undefined) return fail(new TransportError('CONNECT_FAILED', { address: url }))
      done()
      resolve(new WebSocketStream(webSocket, { socket, maxMessageBytes, clock, pingMs }))
    })
  })
}

const aborted = (signal: AbortSignal): TransportError => new TransportError('ABORTED', {}, { cause: signal.reason })
