import { createReadStream } from 'node:fs'
import { systemError } from '@/core/index.js'
import { rowFrom, type TraceRow } from '@/lab/index.js'

/** A line of a recording that is longer is none; the longest that are written have some kilobytes. */
const MAX_LINE_CHARS = 16 * 1_048_576

/**
 * The rows of a file of JSON lines, as `framewright trace --json` and `Timeline` write them, one after the other.
 * @throws Error naming the line that is no row, or too long. TransportError FILE_FAILED
 */
export async function* recordedRows(path: string): AsyncGenerator<TraceRow, void, undefined> {
  let number = 0
  for await (const line of lines(path)) {
    number++
    if (line.trim() === '') continue
    try {
      const row = rowFrom(JSON.parse(line))
      if (row !== undefined) yield row
    } catch (error) {
      const why = error instanceof TypeError ? error.message : 'it is no JSON'
      throw new Error(`${path}, line ${number}: ${why}`, { cause: error })
    }
  }
}

async function* lines(path: string): AsyncGenerator<string, void, undefined> {
  let begun = ''
  let number = 1
  try {
    for await (const chunk of createReadStream(path, 'utf8')) {
      const [first = '', ...others] = String(chunk).split('\n')
      begun += first
      for (const next of others) {
        yield begun
        begun = next
        number++
      }
      if (begun.length > MAX_LINE_CHARS) throw new Error(`${path}, line ${number}: it is too long`)
    }
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? systemError(error, 'FILE_FAILED', { path }) : error
  }
  if (begun !== '') yield begun
}
