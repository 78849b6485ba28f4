import type { LoadHook, ResolveHook } from 'node:module'

/**
 * Hooks for the loader of modules: what is imported from here by a URL that ends with `?copy=`, and all of ours that it
 * imports in turn, is loaded once more for each name that follows. The copy called `unpublished` publishes nothing.
 */
const COPY = /\?copy=\w+$/
const UNPUBLISHED = /\/core\/\w+\.[jt]s\?copy=unpublished$/
/** Where ours lies, beside what is installed for it. */
const HOME = new URL('../../', import.meta.url).href
const INSTALLED = new URL('node_modules/', HOME).href

/** Where the core asks whether anybody listens. */
const QUESTION = /\bchannels(?:\.\w+|\[\w+\])\.hasSubscribers\b/g

export const resolve: ResolveHook = async (specifier, context, next) => {
  const resolved = await next(specifier, context)
  const [copy] = COPY.exec(context.parentURL ?? '') ?? []
  const { url } = resolved
  if (copy === undefined || COPY.test(url) || !url.startsWith(HOME) || url.startsWith(INSTALLED)) return resolved
  return { ...resolved, url: `${url}${copy}` }
}

/** Writes `false` where it is asked whether anybody listens, so that what stands behind it is dead code for the compiler. */
export const load: LoadHook = async (url, context, next) => {
  const loaded = await next(url, context)
  if (!UNPUBLISHED.test(url) || loaded.source === undefined || loaded.source === null) return loaded
  const { source } = loaded
  const text = typeof source === 'string' ? source : new TextDecoder().decode(source)
  return { ...loaded, source: text.replaceAll(QUESTION, 'false') }
}
