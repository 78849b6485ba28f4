// Questions and answers over one connection, several at a time. Each question carries an id, which its answer brings
// back; each has a deadline; an answer that comes after it is recognised. Run it with
// `npx tsx examples/03-request-response.ts`. It prints:
//
//   "quick" was answered before "slow"
//   no answer to "very slow" within 50 ms: TimeoutError
//   the answer to question 3 came too late
//   the connection still works: "quick" is QUICK

import { setTimeout as wait } from 'node:timers/promises'
import { Client, Connection, Server } from 'framewright'

/** Each message is an id of four bytes, then text. */
const letter = (id: number, text: string): Buffer => {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(id)
  return Buffer.concat([head, Buffer.from(text)])
}

/** At the server: answers in capitals, some questions later than others. */
class Answerer extends Connection {
  /** Returns at once, so that a slow answer does not hold up the questions behind it. */
  protected override transmissionReceived(message: Buffer): void {
    // When the answer cannot be sent any more, nobody is left who waits for it.
    this.#answer(message).catch(() => {})
  }

  async #answer(message: Buffer): Promise<void> {
    const question = message.toString('utf8', 4)
    await wait({ slow: 20, 'very slow': 100, final: 150 }[question] ?? 1)
    await this.transmit(letter(message.readUInt32BE(), question.toUpperCase()))
  }
}
class AnswerServer extends Server<Answerer> {}

interface Asked {
  resolve(answer: string): void
  reject(reason: unknown): void
}

/** At the client: knows which question an answer belongs to. */
class Asker extends Connection {
  readonly #asked = new Map<number, Asked>()
  #lastId = 0

  /** The signal ends the waiting. It is not given to `transmit`: a message half sent is taken back only by closing. */
  async ask(question: string, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted()
    const id = ++this.#lastId
    const answered = new Promise<string>((resolve, reject) => this.#asked.set(id, { resolve, reject }))
    const giveUp = (): void => this.#asked.get(id)?.reject(signal.reason)
    signal.addEventListener('abort', giveUp)
    try {
      const [answer] = await Promise.all([answered, this.transmit(letter(id, question))])
      return answer
    } finally {
      signal.removeEventListener('abort', giveUp)
      this.#asked.delete(id)
    }
  }

  protected override transmissionReceived(message: Buffer): void {
    const id = message.readUInt32BE()
    const asked = this.#asked.get(id)
    if (asked === undefined) console.log(`the answer to question ${id} came too late`)
    else asked.resolve(message.toString('utf8', 4))
  }

  /** Whatever ends the connection, nobody waits for ever. */
  protected override postLoop(cause: Error | undefined): void {
    for (const asked of this.#asked.values()) asked.reject(cause ?? new Error('the connection was closed'))
  }
}
class AskClient extends Client<Asker> {}

const server = new AnswerServer({ listen: ['127.0.0.1:0'], handler: Answerer })
await server.start()
const client = new AskClient({ handler: Asker })
const asker = await client.connectTo(server.address)
const soon = (): AbortSignal => AbortSignal.timeout(5_000)

const order: string[] = []
await Promise.all(
  ['slow', 'quick'].map(async (question) => {
    await asker.ask(question, soon())
    order.push(`"${question}"`)
  }),
)
console.log(order.join(' was answered before '))

try {
  await asker.ask('very slow', AbortSignal.timeout(50))
} catch (error) {
  console.log('no answer to "very slow" within 50 ms:', error instanceof Error ? error.name : error)
}

await asker.ask('final', soon())
console.log('the connection still works: "quick" is', await asker.ask('quick', soon()))

await client.close()
await server.close()
