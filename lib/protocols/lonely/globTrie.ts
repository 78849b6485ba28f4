import type { Token } from '@/protocols/lonely/glob.js'
import { existingNode, GlobNode, nextNode, pruneNode, textFrom } from '@/protocols/lonely/globNode.js'
import { GlobSearch } from '@/protocols/lonely/globSearch.js'

/** How a node was reached. */
interface Step<Value> {
  readonly above: GlobNode<Value>
  readonly by: Token
  readonly node: GlobNode<Value>
}

/**
 * Globs with what belongs to each, arranged by what they have in common, so that a search looks at a beginning that
 * many share only once. Adding and removing costs in proportion to the glob alone.
 */
export class GlobTrie<Value> {
  readonly #root = new GlobNode<Value>('')
  readonly #search = new GlobSearch<Value>()

  /** Steps that the last search took. */
  get steps(): number {
    return this.#search.steps
  }

  add(glob: readonly Token[], value: Value): void {
    let node = this.#root
    for (const token of glob) node = nextNode(node, token)
    node.values ??= new Set()
    node.values.add(value)
  }

  /** Does nothing when this glob is not here with this value. */
  delete(glob: readonly Token[], value: Value): void {
    const path: Step<Value>[] = []
    let above = this.#root
    for (const token of glob) {
      for (let rest: Token | undefined = token; rest !== undefined; ) {
        const node: GlobNode<Value> | undefined = existingNode(above, rest)
        if (node === undefined) return
        path.push({ above, by: rest, node })
        rest =
          rest.is === 'text' && rest.text.length > node.text.length ? textFrom(rest.text, node.text.length) : undefined
        above = node
      }
    }
    if (above.values?.delete(value) === true && above.values.size === 0) above.values = undefined
    for (const step of path.reverse()) if (!pruneNode(step.above, step.by, step.node)) return
  }

  /**
   * What belongs to the globs that match all of `topic`, in no order; undefined when that takes more than `maxSteps`.
   * @param topic well-formed
   */
  find(topic: string, maxSteps: number): Value[] | undefined {
    return this.#search.find(this.#root, topic, maxSteps)
  }
}
