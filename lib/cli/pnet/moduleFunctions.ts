import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UsageError } from '@/cli/usageError.js'
import type { CommandFunction, CommandNode, NodeFunction } from '@/protocols/pnet/index.js'

/** Hears of each call: what was called, by whom, and what the function threw, if it did. */
export type Called = (kind: 'call' | 'stream', name: string, originator: string, error: unknown) => void

type Plain = (...args: unknown[]) => unknown

/**
 * Registers what a module exports: each function as one that is called with its arguments, and behind them an object
 * with the arguments that have names, if there are any; and each function of the export `streams` as one that gets
 * `(call, input)`.
 * @throws UsageError when there is no such module, or nothing in it
 */
export const registerModule = async (node: CommandNode, path: string, called: Called): Promise<void> => {
  const { streams, ...functions } = await exportsOf(path)
  const plain = Object.entries(functions).filter((entry): entry is [string, Plain] => typeof entry[1] === 'function')
  const flowing = isRecord(streams)
    ? Object.entries(streams).filter((entry): entry is [string, NodeFunction] => typeof entry[1] === 'function')
    : []
  if (plain.length + flowing.length === 0) throw new UsageError(`${path} exports no function`)
  for (const [name, run] of plain) node.register(name, watched(name, run, called))
  for (const [name, run] of flowing) node.registerStream(name, watchedStream(name, run, called))
}

/** A function, with `called` told of each call. */
export const watched =
  (name: string, run: Plain, called: Called): CommandFunction =>
  async ({ originator, keywords }, ...args: unknown[]) => {
    try {
      const named = Object.keys(keywords).length === 0 ? [] : [keywords]
      const result = await run(...args, ...named)
      called('call', name, originator, undefined)
      return result
    } catch (error) {
      called('call', name, originator, error)
      throw error
    }
  }

/** A function for streams, with `called` told of each call. */
export const watchedStream =
  (name: string, run: NodeFunction, called: Called): NodeFunction =>
  async (call, input) => {
    try {
      const result = await run(call, input)
      called('stream', name, call.originator, undefined)
      return result
    } catch (error) {
      called('stream', name, call.originator, error)
      throw error
    }
  }

const exportsOf = async (path: string): Promise<Record<string, unknown>> => {
  try {
    const exported: unknown = await import(pathToFileURL(resolve(path)).href)
    return isRecord(exported) ? { ...exported } : {}
  } catch (error) {
    const says = error instanceof Error ? (error.message.split('\n', 1)[0] ?? error.name) : String(error)
    throw new UsageError(`${path} cannot be loaded: ${says}`, 'name a file that Node can import')
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
