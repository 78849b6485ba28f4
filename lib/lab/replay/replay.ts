import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import {
  type AddressLike,
  boundTo,
  checkRanges,
  type Clock,
  ConnectionDetails,
  listenAt,
  systemClock,
  systemError,
} from '@/core/index.js'
import { TransportError } from '@/errors.js'
import type { Role } from '@/framings/framing.js'
import { DIALECTS, dialectNamed } from '@/lab/decoders/dialects.js'
import { Player, type PlayerSettings } from '@/lab/replay/player.js'
import type { RecordedConversation } from '@/lab/replay/recording.js'
import { REPLAY_RANGES, type ReplayLimits, type ReplayOptions, type ReplayReport } from '@/lab/replay/replayOptions.js'

/**
 * Plays one end of a recorded conversation on a stream, which it owns, and tells how the other end differed.
 * @param role the end that is played
 * @throws TransportError OPTION_INVALID, and the stream is as it was. ABORTED
 */
export const replayOn = async (
  stream: Duplex,
  conversation: RecordedConversation,
  role: Role,
  options: ReplayOptions = {},
): Promise<ReplayReport> => {
  const settings = settingsOf(conversation, options)
  const { signal } = options
  const abort = (): void => void stream.destroy()
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort, { once: true })
  const report = await new Player(stream, conversation, role, settings).play()
  signal?.removeEventListener('abort', abort)
  if (signal?.aborted) throw aborted(signal)
  return report
}

/**
 * Connects to an address and plays the end that has opened the conversation.
 * @throws TransportError CONNECT_REFUSED and its kind, OPTION_INVALID, ADDRESS_INVALID, ABORTED
 */
export const replayTo = async (
  address: AddressLike,
  conversation: RecordedConversation,
  options: ReplayOptions = {},
): Promise<ReplayReport> => {
  const { clock, connectTimeoutMs } = settingsOf(conversation, options)
  const target = ConnectionDetails.from(address)
  target.assertConnectable()
  return replayOn(await dial(target, connectTimeoutMs, clock, options.signal), conversation, 'opener', options)
}

/**
 * Listens at an address and plays the end that has accepted the conversation, for the first who comes.
 * @param listening told where it listens
 * @throws TransportError ADDRESS_IN_USE, LISTEN_FAILED, OPTION_INVALID, ADDRESS_INVALID, ABORTED
 */
export const replayAt = async (
  address: AddressLike,
  conversation: RecordedConversation,
  options: ReplayOptions = {},
  listening: (address: ConnectionDetails) => void = () => {},
): Promise<ReplayReport> => {
  settingsOf(conversation, options)
  const server = await listenAt(
    createServer({ allowHalfOpen: true, noDelay: true }),
    ConnectionDetails.from(address),
    1,
  )
  try {
    listening(boundTo(server))
    return await replayOn(await firstAt(server, options.signal), conversation, 'acceptor', options)
  } finally {
    server.close()
  }
}

/** @throws TransportError OPTION_INVALID */
const settingsOf = (conversation: RecordedConversation, options: ReplayOptions): PlayerSettings => {
  const { pace = 'fast', clock = systemClock } = options
  if (pace !== 'fast' && pace !== 'recorded')
    throw new TransportError('OPTION_INVALID', { option: 'pace', given: String(pace), one: 'fast, recorded' })
  const recorded = DIALECTS.find(({ name }) => name === conversation.dialect)?.name ?? 'raw'
  const { dialect = recorded } = options
  return {
    ...checkRanges<ReplayLimits>(options, REPLAY_RANGES),
    pace,
    clock,
    dialect: typeof dialect === 'string' ? dialectNamed(dialect) : dialect,
  }
}

const dial = (
  target: ConnectionDetails,
  limitMs: number,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const { host, port, path } = target
    const socket = connect({ ...(path === undefined ? { host, port } : { path }), allowHalfOpen: true, noDelay: true })
    const settled = (): void => {
      cancel()
      socket.off('error', failed).off('connect', reached)
      signal?.removeEventListener('abort', stopped)
    }
    const fail = (error: TransportError): void => {
      settled()
      socket.on('error', ignore).destroy()
      reject(error)
    }
    const failed = (error: Error): void => fail(systemError(error, 'CONNECT_FAILED', { address: target.toString() }))
    const stopped = (): void => fail(aborted(signal))
    const reached = (): void => {
      settled()
      resolve(socket)
    }
    const cancel = clock.after(limitMs, () => fail(new TransportError('CONNECT_TIMEOUT', { limitMs })))
    socket.on('error', failed).on('connect', reached)
    signal?.addEventListener('abort', stopped)
    if (signal?.aborted) stopped()
  })

const firstAt = (server: Server, signal: AbortSignal | undefined): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const stopped = (): void => reject(aborted(signal))
    server.on('error', (error) => reject(systemError(error, 'LISTEN_FAILED')))
    let first: Socket | undefined
    server.on('connection', (socket) => {
      // Only the first is played for; who comes later is turned away.
      if (first !== undefined) return void socket.destroy()
      first = socket
      signal?.removeEventListener('abort', stopped)
      resolve(socket)
    })
    signal?.addEventListener('abort', stopped)
    if (signal?.aborted) stopped()
  })

const aborted = (signal: AbortSignal | undefined): TransportError =>
  new TransportError('ABORTED', {}, { cause: signal?.reason })

const ignore = (): void => {}
