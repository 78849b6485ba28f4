import { TransportError } from '@/errors.js'
import { CommandText, formatCommand } from '@/protocols/pnet/commandText.js'
import { checkArgument } from '@/protocols/pnet/names.js'
import type { Part } from '@/protocols/pnet/parts.js'

/** A result, or that a step of an upload was taken. */
export interface PlainReply {
  readonly command: 'RESPONSE'
  /** The universal encoding of the result, as ASCII. */
  readonly data: Buffer | undefined
}

/** The result is a stream: that it can be asked for, one part of it, or its end. */
export type StreamReply = { readonly command: 'CHUNKED_RESPONSE' } & (
  | {
      readonly stage: 'begin'
      /** How many parts there are; original clients insist that it is true. */
      readonly parts: number
      readonly originator: string
      readonly id: string
    }
  | { readonly stage: 'part'; readonly part: Part }
  | { readonly stage: 'end'; readonly checksum: string }
)

/** The reasons that originals give. */
export type NodeErrorReason = 'unknown command' | 'unknown function' | 'checksum error' | 'wrong id'

/** The request could not be done. */
export interface ErrorReply {
  readonly command: 'ERROR'
  /** A `NodeErrorReason`, if the other end follows the rules. */
  readonly reason: string
}

/** What an advanced node answers. */
export type NodeReply = PlainReply | StreamReply | ErrorReply

const SUCCESS = 'success'

/**
 * The text of a reply, its arguments in the order of the original.
 * @throws TransportError NAME_UNUSABLE
 * @see WIRE.md, "commands"
 */
export const encodeNodeReply = (reply: NodeReply): string => {
  switch (reply.command) {
    case 'RESPONSE':
      return formatCommand('RESPONSE', [
        ['rs', SUCCESS],
        ['dt', reply.data],
      ])
    case 'CHUNKED_RESPONSE':
      return encodeStreamReply(reply)
    case 'ERROR':
      return formatCommand('ERROR', [['rs', checkArgument(reply.reason)]])
  }
}

const encodeStreamReply = (reply: StreamReply): string => {
  switch (reply.stage) {
    case 'begin':
      return formatCommand('CHUNKED_RESPONSE', [
        ['rs', SUCCESS],
        ['ln', reply.parts],
        ['og', checkArgument(reply.originator)],
        ['id', checkArgument(reply.id)],
      ])
    case 'part':
      return formatCommand('CHUNKED_RESPONSE', [
        ['pt', 'part'],
        ['dt', reply.part.text],
        ['ck', reply.part.checksum],
      ])
    case 'end':
      return formatCommand('CHUNKED_RESPONSE', [
        ['pt', 'end'],
        ['ck', reply.checksum],
      ])
  }
}

/**
 * @param text of a `str` value
 * @throws TransportError COMMAND_MALFORMED
 */
export const decodeNodeReply = (text: string): NodeReply => {
  const command = CommandText.parse(text)
  switch (command.word) {
    case 'RESPONSE':
      checkSuccess(command)
      return { command: 'RESPONSE', data: command.optional('dt') === undefined ? undefined : command.base64('dt') }
    case 'CHUNKED_RESPONSE':
      return decodeStreamReply(command)
    case 'ERROR':
      return { command: 'ERROR', reason: command.text('rs') }
    default:
      throw malformed('it is no reply')
  }
}

const decodeStreamReply = (command: CommandText): StreamReply => {
  const word = 'CHUNKED_RESPONSE'
  switch (command.optional('pt')) {
    case 'part':
      return {
        command: word,
        stage: 'part',
        part: { text: command.base64('dt'), checksum: command.text('ck') },
      }
    case 'end':
      return { command: word, stage: 'end', checksum: command.text('ck') }
    case undefined: {
      checkSuccess(command)
      const originator = command.name('og')
      return { command: word, stage: 'begin', parts: command.number('ln'), originator, id: command.name('id') }
    }
    default:
      throw malformed('it is no part and no end')
  }
}

const checkSuccess = (command: CommandText): void => {
  if (command.text('rs') !== SUCCESS) throw malformed('it does not say success')
}

const malformed = (problem: string): TransportError => new TransportError('COMMAND_MALFORMED', { problem })
