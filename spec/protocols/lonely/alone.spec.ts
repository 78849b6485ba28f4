import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Everything that a file of `lib` imports, and what that imports, and so on: files, packages and built-ins. */
const reachableFrom = (entry: string): ReadonlySet<string> => {
  const reached = new Set<string>()
  const waiting = [entry]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path)) continue
    reached.add(path)
    if (!path.endsWith('.ts')) continue
    for (const [, target = ''] of readFileSync(join('lib', path), 'utf8').matchAll(
      /\b(?:from |import\(|import )'([^']+)'/g,
    ))
      waiting.push(target.startsWith('@/') ? target.slice(2).replace(/\.js$/, '.ts') : target)
  }
  return reached
}

describe('framewright/lonely/protocol', () => {
  it('does no I/O and stands without the core: below it are only bytes, one check of framings, errors and pure built-ins', () => {
    const others = [...reachableFrom('protocols/lonely/protocol/index.ts')].filter(
      (path) => !path.startsWith('protocols/lonely/'),
    )
    expect(others.toSorted()).to.deep.equal([
      '@bokuweb/zstd-wasm',
      'bytes/asBuffer.ts',
      'errors.ts',
      'framings/wholeNumber.ts',
      'node:buffer',
      'node:crypto',
      'node:zlib',
    ])
  })
})
