import { TransportError } from '@/errors.js'
import { LENGTH_BYTES, OK } from '@/framings/handshakeOutbound.js'

/** Where the reading of the handshake stands. */
export type Inbound =
  | { readonly at: 'opening' }
  | { readonly at: 'boundary' }
  | { readonly at: 'asked'; readonly size: number }
  | { readonly at: 'payload'; readonly size: number; readonly left: number }
  /** We said no. What still comes is thrown away, up to a payload's end if our own length waits behind it. */
  | { readonly at: 'refused'; readonly left: number }

/** The other end has not opened yet. */
export const OPENING: Inbound = { at: 'opening' }
/** Between messages: an answer or a length comes next. */
export const BOUNDARY: Inbound = { at: 'boundary' }

/** Whether the byte at a boundary is an answer; otherwise it begins a length. */
export const isAnswer = (byte: number, unanswered: number): boolean => byte > 0xf0 && (byte === OK || unanswered > 0)

/**
 * The stream ends where only the beginning of a length is here. An original peer that closes while idle may have left zeros of
 * one behind; nobody meant a message by them.
 */
export const endInLength = (have: Uint8Array | undefined): void => {
  if (have?.some((byte) => byte !== 0) === true)
    throw new TransportError('FRAME_TRUNCATED', { have: have.length, need: LENGTH_BYTES })
}
