import type { LoadHook } from 'node:module'

/** Where the core asks whether anybody listens. */
const QUESTION = /\bchannels(?:\.\w+|\[\w+\])\.hasSubscribers\b/g

/**
 * A hook for the loader of modules: the core as if it published nothing. Wherever it asks whether anybody listens, `false`
 * is written instead, so that what stands behind it is dead code for the compiler.
 */
export const load: LoadHook = async (url, context, next) => {
  const loaded = await next(url, context)
  if (!/\/core\/\w+\.[jt]s\b/.test(url) || loaded.source === undefined || loaded.source === null) return loaded
  const { source } = loaded
  const text = typeof source === 'string' ? source : new TextDecoder().decode(source)
  return { ...loaded, source: text.replaceAll(QUESTION, 'false') }
}
