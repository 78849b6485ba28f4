import type { LoadHook } from 'node:module'

/** A hook for the loader of modules that hands each on as it is. */
export const load: LoadHook = async (url, context, next) => {
  const loaded = await next(url, context)
  return { ...loaded }
}
