import { createInterface } from 'node:readline'
import type { Io } from '@/cli/io.js'

/**
 * Gives each line that is typed to `say`, the next one when it is done with it. Resolves at the end of the input, at one
 * of the words in `last`, or when `stop` fires.
 */
export const typedLines = async (
  { stdin }: Pick<Io, 'stdin'>,
  stop: AbortSignal,
  last: readonly string[],
  say: (line: string) => void | Promise<void>,
): Promise<void> => {
  if (stop.aborted) return
  const lines = createInterface({ input: stdin, terminal: false, crlfDelay: Number.POSITIVE_INFINITY })
  const close = (): void => lines.close()
  stop.addEventListener('abort', close, { once: true })
  try {
    for await (const line of lines) {
      if (stop.aborted || last.includes(line)) break
      await say(line)
    }
  } finally {
    stop.removeEventListener('abort', close)
    lines.close()
  }
}
