import { createReadStream } from 'node:fs'
import { addAbortSignal } from 'node:stream'
import type { Io } from '@/cli/io.js'
import { systemError } from '@/core/index.js'
import { rowFrom, type TraceRow } from '@/lab/index.js'

/** A line of a recording that is longer is none; the longest that are written have some kilobytes. */
const MAX_LINE_CHARS = 16 * 1_048_576

/**
 * The rows of JSON lines, as `framewright trace --json` and `Timeline` write them, one after the other.
 * @param path of a file; `-` is standard input
 * @throws Error naming the line that is no row, or too long. TransportError FILE_FAILED
 */
export async function* recordedRows(
  path: string,
  io: Pick<Io, 'stdin' | 'stop'>,
): AsyncGenerator<TraceRow, void, undefined> {
  let number = 0
  for await (const line of lines(path, io)) {
    number++
    if (line.trim() === '') continue
    try {
      const row = rowFrom(JSON.parse(line))
      if (row !== undefined) yield row
    } catch (error) {
      const why = error instanceof TypeError ? error.message : 'it is no JSON'
      throw notRows(path, number, why, error)
    }
  }
}

/** @param cause what was thrown by whoever looked at it */
const notRows = (path: string, line: number, why: string, cause?: unknown): Error =>
  new Error(`${path}, line ${line}: ${why}; "trace --from" wants what "trace --json" has printed`, { cause })

async function* lines(
  path: string,
  { stdin, stop }: Pick<Io, 'stdin' | 'stop'>,
): AsyncGenerator<string, void, undefined> {
  let begun = ''
  let number = 1
  try {
    const stream = path === '-' ? stdin : createReadStream(path)
    for await (const chunk of addAbortSignal(stop, stream.setEncoding('utf8'))) {
      const [first = '', ...others] = String(chunk).split('\n')
      begun += first
      for (const next of others) {
        yield begun
        begun = next
        number++
      }
      if (begun.length > MAX_LINE_CHARS) throw notRows(path, number, 'it is too long')
    }
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? systemError(error, 'FILE_FAILED', { path }) : error
  }
  if (begun !== '') yield begun
}
