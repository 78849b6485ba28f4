export { type Abortable, type CloseOptions, onAbort, unlessAborted } from '@/core/abort.js'
export { type ArrivalLimits, Arrivals } from '@/core/arrivals.js'
export { Deferred, handled } from '@/core/deferred.js'
export { type Cancel, type Clock, systemClock } from '@/core/clock.js'
export { type SelfSigned, selfSigned, type SelfSignedOptions } from '@/core/certificate.js'
export { Client, CLIENT_RANGES, type ClientOptions } from '@/core/client.js'
export { Connection } from '@/core/connection.js'
export type { DatagramCounts } from '@/core/datagramCounts.js'
export { Datagrams, type DatagramSender } from '@/core/datagrams.js'
export { checkGroup, DATAGRAM_RANGES, type DatagramLimits, type DatagramOptions } from '@/core/datagramOptions.js'
export { type AddressLike, ConnectionDetails } from '@/core/details.js'
export {
  CHANNEL_PREFIX,
  channels,
  type Direction,
  type ConnectionEvent,
  type EventName,
  type EventOf,
  type Events,
} from '@/core/diagnostics.js'
export { type ConnectionHandler, HOST_RANGES, type HostOptions } from '@/core/host.js'
export { isPromise } from '@/core/hooks.js'
export type { Phase } from '@/core/lifecycle.js'
export type { LimitsReport } from '@/core/limitsReport.js'
export { boundTo, listenAt, stopListening } from '@/core/listening.js'
export {
  type Checked,
  checkRanges,
  CONNECTION_RANGES,
  type ConnectionLimits,
  type ConnectionOptions,
  type FramingChoice,
  type Range,
} from '@/core/options.js'
export type { Plugin, PluginLike } from '@/core/plugin.js'
export { deflate, type DeflateOptions } from '@/core/plugins/deflate.js'
export { seal, type SealOptions } from '@/core/plugins/seal.js'
export type { StreamSource } from '@/core/pour.js'
export { raise } from '@/core/raise.js'
export { endsOf } from '@/core/remoteAddress.js'
export { type DrainReport, Server } from '@/core/server.js'
export { SERVER_RANGES, type ServerOptions } from '@/core/serverOptions.js'
export { systemCode, systemError } from '@/core/systemError.js'
