export type { Clock, Cancel } from '@/core/clock.js'
export { systemClock } from '@/core/clock.js'
export { selfSigned } from '@/core/certificate.js'
export { Client, type ClientOptions } from '@/core/client.js'
export { type Abortable, Connection } from '@/core/connection.js'
export { type AddressLike, ConnectionDetails } from '@/core/details.js'
export {
  CHANNEL_PREFIX,
  channels,
  type ConnectionEvent,
  type EventName,
  type EventOf,
  type Events,
} from '@/core/diagnostics.js'
export type { ConnectionHandler } from '@/core/host.js'
export type { Phase } from '@/core/lifecycle.js'
export type { LimitsReport } from '@/core/limitsReport.js'
export type { ConnectionLimits, ConnectionOptions, FramingChoice } from '@/core/options.js'
export type { Plugin, PluginLike } from '@/core/plugin.js'
export { deflate } from '@/core/plugins/deflate.js'
export { seal } from '@/core/plugins/seal.js'
export type { StreamSource } from '@/core/pour.js'
export { type DrainReport, Server, type ServerOptions } from '@/core/server.js'
