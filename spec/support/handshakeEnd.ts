import type { Role } from '@/framings/framing.js'
import { HandshakeFraming } from '@/framings/handshake.js'
import { hex } from './hex.js'
import { MessageReader } from './messageReader.js'
import { Recorder } from './recorder.js'

/** One end of a handshake connection, and what it wrote. */
export interface HandshakeEnd {
  readonly framing: HandshakeFraming
  readonly recorder: Recorder
  readonly reader: MessageReader
}

/** @param windowBytes 0 is strict */
export const unopenedEnd = (role: Role = 'acceptor', windowBytes = 0): HandshakeEnd => {
  const recorder = new Recorder()
  const framing = new HandshakeFraming({ role, writer: recorder, maxMessageBytes: 8, windowBytes })
  return { framing, recorder, reader: new MessageReader(framing) }
}

/** With both openings exchanged and forgotten. */
export const openedEnd = (role: Role = 'acceptor', windowBytes = 0): HandshakeEnd => {
  const end = unopenedEnd(role, windowBytes)
  end.framing.open()
  end.reader.read(hex('ff'))
  end.recorder.take()
  return end
}
