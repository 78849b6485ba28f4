import type { Duplex } from 'node:stream'
import type { Commons } from '@/core/commons.js'
import { channels, publish } from '@/core/diagnostics.js'
import { createFraming } from '@/core/framingChoice.js'
import type { Settings } from '@/core/options.js'
import { Outbox } from '@/core/outbox.js'
import { endsOf } from '@/core/remoteAddress.js'
import { SocketSink } from '@/core/socketSink.js'

/** Tells a newcomer, as far as the framing can, that there is no place; then closes. Nothing it sends is looked at. */
export const turnAway = (stream: Duplex, settings: Settings, commons: Commons): void => {
  const outbox = new Outbox(commons.slabs, new SocketSink(stream, settings.highWaterMarkBytes, NOBODY))
  createFraming(settings, 'acceptor', outbox).turnAway()
  if (channels.turnedAway.hasSubscribers) {
    publish('turnedAway', { id: '', atMs: commons.clock.now(), ...endsOf(stream) })
  }
  stream.on('error', () => {})
  outbox.flush()
  stream.end()
  stream.resume()
  const cancel = commons.clock.after(settings.lingerMs, () => stream.destroy())
  stream.once('close', cancel)
}

const NOBODY = { bytesSettled: (): void => {}, bytesOffered: (): void => {} }
