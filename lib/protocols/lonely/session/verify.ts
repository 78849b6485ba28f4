import type { AuthScheme, CheckContext, Verdict } from '@/protocols/lonely/auth/authScheme.js'
import type { Claim } from '@/protocols/lonely/auth/claim.js'
import { TransportError } from '@/errors.js'

const refuse = (claim: Claim, verdict: Verdict, cause?: unknown): never => {
  throw new TransportError('AUTHORIZATION_REFUSED', { kind: claim.kind, verdict }, cause === undefined ? {} : { cause })
}

/**
 * Returns, or resolves, when the scheme accepts what a message presented.
 * @throws TransportError AUTHORIZATION_REFUSED, also when the check itself fails
 */
export const verify = <C extends Claim>(
  scheme: AuthScheme<C>,
  claim: C,
  authorization: string | undefined,
  context: CheckContext,
): void | Promise<void> => {
  const judge = (verdict: Verdict): void => {
    if (verdict !== 'ok') refuse(claim, verdict)
  }
  let verdict: Verdict | Promise<Verdict>
  try {
    verdict = scheme.check(claim, authorization, context)
  } catch (error) {
    return refuse(claim, 'unavailable', error)
  }
  if (typeof verdict === 'string') return judge(verdict)
  return Promise.resolve(verdict).then(judge, (error: unknown) => refuse(claim, 'unavailable', error))
}
