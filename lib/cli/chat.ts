import { addressFrom, targetFrom } from '@/cli/addressOption.js'
import { HELP, needed, readArguments } from '@/cli/arguments.js'
import type { Command } from '@/cli/command.js'
import { complain, failureLine } from '@/cli/failure.js'
import type { Io } from '@/cli/io.js'
import { plainText } from '@/cli/plainText.js'
import { typedLines } from '@/cli/typedLines.js'
import { typedName } from '@/cli/typedName.js'
import { Client, Connection, Server } from '@/core/index.js'
import { TransportError } from '@/errors.js'

const OPTIONS = HELP

const QUIT = ['/quit']

/** A line may be this long; for a longer one, the chat is not the place. */
const LINE_BYTES = 1_048_576
/** Who has joined gets lines with somebody's id in front. */
const TOLD_BYTES = LINE_BYTES + '[00000000-0000-0000-0000-000000000000] '.length

const COLLISIONS =
  'Original tinyproto chats can be at the other end. They cannot follow when both ends speak at\n' +
  'the same moment: the connection is then lost, with COLLISION here and an error there. Join\n' +
  'again. Between two of ours it cannot happen.'

/** A line that arrives is a message; a message that arrives is a line. */
class ChatConnection extends Connection {
  /** Resolves when it is over; with why. */
  readonly over: Promise<Error>
  #end: (cause: Error) => void = () => {}

  constructor(private readonly said: (text: string, by: ChatConnection) => void) {
    super()
    this.over = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  tell(text: string): void {
    // Whoever has left, or reads nothing, must not hold up the others.
    this.transmit(Buffer.from(text)).catch(() => {})
  }

  protected override transmissionReceived(message: Buffer): void {
    this.said(message.toString('utf8'), this)
  }

  protected override postLoop(cause: Error | undefined): void {
    this.#end(cause ?? new TransportError('REMOTE_ENDED'))
  }
}

/** Passes on what each says to all others, with its id in front, as the original server does. */
class ChatServer extends Server<ChatConnection> {
  constructor(
    listen: string,
    private readonly io: Io,
  ) {
    super({ maxMessageBytes: LINE_BYTES, idleTimeoutMs: 0, listen: [listen] })
  }

  broadcast(text: string, by?: ChatConnection): void {
    for (const connection of this.activeConnections.values()) if (connection !== by) connection.tell(text)
  }

  protected override createConnection(): ChatConnection {
    return new ChatConnection((text, by) => this.#pass(`[${by.id}] ${text}`, by))
  }

  protected override connInit(id: string, connection: ChatConnection): void {
    this.#pass(`[${id}] **joined the chat`, connection)
  }

  protected override connShutdown(id: string, connection: ChatConnection, cause: Error | undefined): void {
    this.#pass(`[${id}] **left the chat`, connection)
    if (cause !== undefined) complain(this.io, `${id} ${failureLine(cause)}`)
  }

  #pass(text: string, by: ChatConnection): void {
    this.io.stdout.write(`${plainText(text)}\n`)
    this.broadcast(text, by)
  }
}

class ChatClient extends Client<ChatConnection> {
  constructor(private readonly io: Io) {
    super({ maxMessageBytes: TOLD_BYTES, idleTimeoutMs: 0 })
  }

  protected override createConnection(): ChatConnection {
    return new ChatConnection((text) => this.io.stdout.write(`${plainText(text)}\n`))
  }
}

/** Gives each line that is typed to `say`; one that is too long is told of instead, and lost. */
const chatted = (io: Io, stop: AbortSignal, say: (line: string) => void): Promise<void> =>
  typedLines(io, stop, QUIT, (line) => {
    const bytes = Buffer.byteLength(line)
    if (bytes <= LINE_BYTES) say(line)
    else complain(io, `a line of ${bytes} bytes was not sent; say it in lines of at most ${LINE_BYTES}`)
  })

const runListen = async (args: readonly string[], io: Io): Promise<number> => {
  const { positionals } = readArguments(args, OPTIONS, 1)
  const address = addressFrom(needed(positionals, 0, 'ADDRESS'))
  await using server = new ChatServer(String(address), io)
  await server.start()
  for (const place of server.addresses) {
    const where = String(place)
    io.stdout.write(`chat on ${where}; join with: ${typedName(io, process.cwd())} chat join ${where}\n`)
  }
  await chatted(io, io.stop, (line) => server.broadcast(`[host] ${line}`))
  return 0
}

const runJoin = async (args: readonly string[], io: Io): Promise<number> => {
  const { positionals } = readArguments(args, OPTIONS, 1)
  const address = targetFrom(needed(positionals, 0, 'ADDRESS'))
  await using client = new ChatClient(io)
  const connection = await client.connectTo(address, { signal: io.stop })
  io.stdout.write(`joined ${String(address)}; leave with /quit\n`)
  const gone = new AbortController()
  const typing = chatted(io, AbortSignal.any([io.stop, gone.signal]), (line) => connection.tell(line))
  const cause = await Promise.race([typing, connection.over])
  gone.abort()
  await typing
  if (cause !== undefined) throw cause
  await connection.close()
  return 0
}

export const chatListen: Command = {
  usage: 'ADDRESS',
  options: OPTIONS,
  notes: ['Lines typed here go to everybody. /quit, or the end of the input, closes the room.', COLLISIONS],
  examples: [
    ['chat listen 8088', 'on 127.0.0.1, where the original client looks for it'],
    ['chat listen :8088', 'for the whole network'],
  ],
  run: runListen,
}

export const chatJoin: Command = {
  usage: 'ADDRESS',
  options: OPTIONS,
  notes: ['/quit, or the end of the input, leaves the room.', COLLISIONS],
  examples: [
    ['chat join 8088', 'a room on this machine'],
    ['chat join example.org:8088', 'one elsewhere'],
  ],
  run: runJoin,
}
