import { CommandText, formatCommand } from '@/protocols/pnet/commandText.js'
import { checkArgument } from '@/protocols/pnet/names.js'
import type { Part } from '@/protocols/pnet/parts.js'

/** A whole call in one request. */
export interface RawCall {
  readonly command: 'RAW'
  readonly functionName: string
  readonly originator: string
  /** The universal encoding of the value, as ASCII. */
  readonly data: Buffer
}

/** One step of a call whose value comes in parts. */
export type Upload = { readonly command: 'CHUNKED'; readonly id: string } & (
  | {
      readonly stage: 'initiator'
      /** How many parts will come. */
      readonly parts: number
      readonly originator: string
      readonly functionName: string
    }
  | {
      readonly stage: 'part'
      /** From 0; originals send it and do not look at it. */
      readonly index: number | undefined
      readonly part: Part
      readonly originator: string | undefined
    }
  | { readonly stage: 'end'; readonly originator: string | undefined; readonly checksum: string }
)

/** The first step of such a call. */
export type UploadBegin = Extract<Upload, { readonly stage: 'initiator' }>

/** Asks for the next part of a result that is a stream. */
export interface PartRequest {
  readonly command: 'CHUNKED_REQUEST'
  readonly id: string
  /** From 0; originals send it and do not look at it. */
  readonly index: number | undefined
}

/**
 * What an advanced node asks of another. Names and ids are texts without `?`, `&` and `=`; the originator is what the
 * other end claims to be called.
 */
export type NodeRequest = RawCall | Upload | PartRequest

/** A word that is no command: to be answered, not to be written. */
export interface UnknownCommand {
  readonly command: 'unknown'
  readonly word: string
}

/**
 * The text of a request, its arguments in the order of the original.
 * @throws TransportError NAME_UNUSABLE
 * @see WIRE.md, "commands"
 */
export const encodeNodeRequest = (request: NodeRequest): string => {
  switch (request.command) {
    case 'RAW':
      return formatCommand('RAW', [
        ['fn', checkArgument(request.functionName)],
        ['og', checkArgument(request.originator)],
        ['dt', request.data],
      ])
    case 'CHUNKED':
      return encodeUpload(request)
    case 'CHUNKED_REQUEST':
      return formatCommand('CHUNKED_REQUEST', [
        ['pt', 'part'],
        ['id', checkArgument(request.id)],
        ['in', request.index],
      ])
  }
}

const encodeUpload = (request: Upload): string => {
  const id = checkArgument(request.id)
  const originator = request.originator === undefined ? undefined : checkArgument(request.originator)
  switch (request.stage) {
    case 'initiator':
      return formatCommand('CHUNKED', [
        ['pt', 'initiator'],
        ['ln', request.parts],
        ['id', id],
        ['og', originator],
        ['fn', checkArgument(request.functionName)],
      ])
    case 'part':
      return formatCommand('CHUNKED', [
        ['pt', 'part'],
        ['id', id],
        ['in', request.index],
        ['dt', request.part.text],
        ['ck', request.part.checksum],
        ['og', originator],
      ])
    case 'end':
      return formatCommand('CHUNKED', [
        ['pt', 'end'],
        ['og', originator],
        ['ck', request.checksum],
        ['id', id],
      ])
  }
}

/**
 * @param text of a `str` value
 * @throws TransportError COMMAND_MALFORMED
 */
export const decodeNodeRequest = (text: string): NodeRequest | UnknownCommand => {
  const command = CommandText.parse(text)
  switch (command.word) {
    case 'RAW':
      return {
        command: 'RAW',
        functionName: command.name('fn'),
        originator: command.name('og'),
        data: command.base64('dt'),
      }
    case 'CHUNKED':
      return decodeUpload(command)
    case 'CHUNKED_REQUEST':
      return { command: 'CHUNKED_REQUEST', id: command.name('id'), index: command.optionalNumber('in') }
    default:
      return { command: 'unknown', word: command.word }
  }
}

const decodeUpload = (command: CommandText): Upload => {
  const stage = command.text('pt')
  const upload = { command: 'CHUNKED', id: command.name('id') } as const
  if (stage === 'initiator') {
    const functionName = command.name('fn')
    return { ...upload, stage, parts: command.number('ln'), originator: command.name('og'), functionName }
  }
  const originator = command.optionalName('og')
  if (stage !== 'part') return { ...upload, stage: 'end', originator, checksum: command.text('ck') }
  const part = { text: command.base64('dt'), checksum: command.text('ck') }
  return { ...upload, stage, index: command.optionalNumber('in'), part, originator }
}
