import { expect } from 'chai'
import { runHere } from './cli.js'

/** A spec for each command line that is not understood. @param rows the command line, and a part of what it is told */
export const itRefuses = (rows: readonly (readonly [args: readonly string[], words: string])[]): void => {
  for (const [args, words] of rows) {
    it(`${args.join(' ')}: exit code 2, and "${words}"`, async () => {
      await using run = runHere(args)
      const { code, err } = await run.ended
      expect(code).to.equal(2)
      expect(err).to.include(words)
    })
  }
}
