import { type Checked, unlessAborted } from '@/core/index.js'
import type { StreamLimits } from '@/protocols/pnet/advancedOptions.js'
import { addressOf } from '@/protocols/pnet/address.js'
import { CallInput } from '@/protocols/pnet/callInput.js'
import { CommandRefusal } from '@/protocols/pnet/commandFunction.js'
import type { Request } from '@/protocols/pnet/desk.js'
import { discard, type FunctionResult, isStream, type NodeFunction } from '@/protocols/pnet/nodeFunction.js'
import { encodeNodeReply, type NodeReply } from '@/protocols/pnet/nodeReply.js'
import { decodeNodeRequest, type RawCall, type Upload, type UploadBegin } from '@/protocols/pnet/nodeRequest.js'
import type { PickleValue } from '@/protocols/pnet/pickle/pickleValue.js'
import { Responses } from '@/protocols/pnet/responses.js'
import type { SpoolPlace } from '@/protocols/pnet/spool.js'
import { encodeUniversal, splitUniversal } from '@/protocols/pnet/universal.js'
import { Uploads } from '@/protocols/pnet/uploads.js'
import { TransportError } from '@/errors.js'

/** What a desk is made from. */
export interface FunctionDeskParts {
  /** Of the node. */
  readonly name: string
  readonly limits: Checked<StreamLimits>
  readonly place: SpoolPlace
  readonly now: () => number
  readonly newId: () => string
  /** Functions find the tag before a value that came whole. */
  readonly taggedInput: boolean
  find(name: string): NodeFunction | undefined
}

const SUCCESS: NodeReply = { command: 'RESPONSE', data: undefined }
const refused = (reason: string): NodeReply => ({ command: 'ERROR', reason })

/** Answers what advanced nodes ask: whole calls, the parts of their streams, and the parts of ours. @see WIRE.md, "commands" and "streams" */
export class FunctionDesk {
  readonly #parts: FunctionDeskParts
  readonly #uploads: Uploads
  readonly #responses: Responses

  constructor(parts: FunctionDeskParts) {
    const { limits, place, now, newId } = parts
    this.#parts = parts
    this.#uploads = new Uploads(limits, place, now)
    this.#responses = new Responses(limits, place, now, newId)
  }

  /** @throws TransportError what leaves the peer without a reply, or what a function throws */
  async answer(value: PickleValue, request: Request): Promise<string> {
    if (typeof value !== 'string') throw new TransportError('COMMAND_MALFORMED', { problem: 'it is no text' })
    return encodeNodeReply(await this.#answer(value, request))
  }

  /** Gives up streams that nobody goes on with. */
  expire(): void {
    this.#uploads.expire()
    this.#responses.expire()
  }

  async close(): Promise<void> {
    await Promise.all([this.#uploads.close(), this.#responses.close()])
  }

  async #answer(text: string, request: Request): Promise<NodeReply> {
    const asked = decodeNodeRequest(text)
    switch (asked.command) {
      case 'RAW':
        return this.#whole(asked, request)
      case 'CHUNKED':
        return this.#chunked(asked, request)
      case 'CHUNKED_REQUEST': {
        const part = await this.#responses.part(asked.id, asked.index)
        return part === 'wrong id' ? refused(part) : part
      }
      case 'unknown':
        return refused('unknown command')
    }
  }

  async #whole({ functionName, originator, data }: RawCall, request: Request): Promise<NodeReply> {
    const run = this.#parts.find(functionName)
    if (run === undefined) throw new TransportError('FUNCTION_UNKNOWN', { name: functionName.slice(0, 64) })
    const { tag, data: bytes } = splitUniversal(data)
    const given = this.#parts.taggedInput ? Buffer.concat([Buffer.from(`${tag}|`), bytes]) : bytes
    return this.#run(run, originator, new CallInput(given, tag), request)
  }

  async #chunked(asked: Upload, request: Request): Promise<NodeReply> {
    switch (asked.stage) {
      case 'initiator':
        return this.#begin(asked, request)
      case 'part': {
        const refusal = await this.#uploads.part(asked.id, asked.index, asked.part)
        return refusal === undefined ? SUCCESS : refused(refusal)
      }
      case 'end': {
        const upload = await this.#uploads.end(asked.id, asked.checksum)
        if (typeof upload === 'string') return refused(upload)
        await using spool = upload.spool
        const run = this.#parts.find(upload.functionName)
        if (run === undefined) return refused('unknown function')
        return await this.#run(run, upload.originator, new CallInput(spool), request)
      }
    }
  }

  #begin({ id, functionName, originator }: UploadBegin, { remote }: Request): NodeReply {
    if (this.#parts.find(functionName) === undefined) return refused('unknown function')
    const refusal = this.#uploads.begin(id, { functionName, originator, owner: addressOf(remote) })
    return refusal === undefined ? SUCCESS : refused(refusal)
  }

  async #run(run: NodeFunction, originator: string, input: CallInput, { remote, signal }: Request): Promise<NodeReply> {
    const { name } = this.#parts
    const running = (async (): Promise<FunctionResult> => run({ node: name, originator, remote, signal }, input))()
    let result: FunctionResult
    try {
      result = await unlessAborted(running, signal)
    } catch (error) {
      // What it gives when nobody waits any more.
      running.then(discardStream, ignore)
      if (error instanceof CommandRefusal) return refused(error.message.replaceAll(/[?&=]/g, ' '))
      throw error
    }
    if (!isStream(result)) return { command: 'RESPONSE', data: encodeUniversal(result) }
    const { id, parts } = await this.#responses.keep(result, signal, addressOf(remote))
    return { command: 'CHUNKED_RESPONSE', stage: 'begin', parts, originator: name, id }
  }
}

const discardStream = (result: FunctionResult): void => {
  if (isStream(result)) discard(result)
}

const ignore = (): void => {}
