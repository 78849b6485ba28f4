import type { Duplex } from 'node:stream'
import type { Clock } from '@/core/clock.js'
import type { Commons } from '@/core/commons.js'
import { channels, publish } from '@/core/diagnostics.js'
import { createFraming } from '@/core/framingChoice.js'
import type { Settings } from '@/core/options.js'
import { Outbox } from '@/core/outbox.js'
import { endsOf } from '@/core/remoteAddress.js'
import { SocketSink } from '@/core/socketSink.js'
import type { TransportError } from '@/errors.js'

/** Tells a newcomer, as far as the framing can, that there is no place; then closes. Nothing it sends is looked at. */
export const turnAway = (stream: Duplex, settings: Settings, commons: Commons): void => {
  const outbox = new Outbox(commons.slabs, new SocketSink(stream, settings.highWaterMarkBytes, NOBODY))
  createFraming(settings, 'acceptor', outbox).turnAway()
  tellTurnedAway(stream, commons.clock)
  stream.on('error', () => {})
  outbox.flush()
  stream.end()
  stream.resume()
  const cancel = commons.clock.after(settings.lingerMs, () => stream.destroy())
  stream.once('close', cancel)
}

/** Without a word to the newcomer. @param error why, unless it found no place */
export const drop = (stream: Duplex, clock: Clock, error?: TransportError): void => {
  tellTurnedAway(stream, clock, error)
  stream.destroy()
}

const tellTurnedAway = (stream: Duplex, clock: Clock, error?: TransportError): void => {
  if (!channels.turnedAway.hasSubscribers) return
  publish('turnedAway', { id: '', atMs: clock.now(), ...endsOf(stream), ...(error === undefined ? {} : { error }) })
}

const NOBODY = { bytesSettled: (): void => {}, bytesOffered: (): void => {} }
