import type { AuthScheme, Verdict } from '@/protocols/lonely/auth/authScheme.js'
import type { Claim } from '@/protocols/lonely/auth/claim.js'
import { turns } from './turns.js'

/**
 * A scheme that writes down what it is asked, answers late, and later for what comes first. It authorizes a message
 * with the name of its kind.
 */
export const lateScheme = (claims: Claim[], refused?: Claim['kind']): AuthScheme => {
  let calls = 0
  const late = async (claim: Claim): Promise<void> => {
    claims.push(claim)
    await turns(2 - (calls++ % 3))
  }
  return {
    authorize: async (claim) => {
      await late(claim)
      return claim.kind
    },
    check: async (claim): Promise<Verdict> => {
      await late(claim)
      return claim.kind === refused ? 'forbidden' : 'ok'
    },
  }
}

/** The urls of those that have one, in order. */
export const urlsOf = (claims: readonly Claim[]): string[] =>
  claims.flatMap((claim) => ('url' in claim ? [claim.url] : claim.kind === 'missed' ? [claim.recovery] : []))

/** The counters in those urls. */
export const countersOf = (claims: readonly Claim[]): string[] => urlsOf(claims).map((url) => url.split(':')[2] ?? '')
