import type { Io } from '@/cli/io.js'
import { plainText } from '@/cli/plainText.js'

/** Facts of one event, in the order in which they are printed. */
export type Facts = Readonly<Record<string, string | number | boolean | null | object | undefined>>

/** Tells on stdout what happens: a sentence for people, or with `--json` one object a line, which may be seen on a terminal, too. */
export class Report {
  readonly #io: Pick<Io, 'stdout'>
  readonly #json: boolean

  constructor(io: Pick<Io, 'stdout'>, json: boolean) {
    this.#io = io
    this.#json = json
  }

  /** Whether programs read it. */
  get json(): boolean {
    return this.#json
  }

  /**
   * In objects, characters that a terminal would act on are escaped, which means the same.
   * @param sentence what people read; without one, only programs learn of it
   */
  tell(event: string, facts: Facts, sentence?: string): void {
    if (this.#json) this.#io.stdout.write(`${plainText(JSON.stringify({ event, ...facts }))}\n`)
    else if (sentence !== undefined) this.#io.stdout.write(`${sentence}\n`)
  }

  /** Text for people only. */
  say(text: string): void {
    if (!this.#json) this.#io.stdout.write(text)
  }
}
