import { type CharacterSet, isInSet, type Token } from '@/protocols/lonely/glob.js'

/** A place in the trie: what may follow the globs' common beginning that leads here. */
class Node<Value> {
  /** The text that leads here from the node above; empty for the root and behind wildcards. */
  text: string
  /** What belongs to the globs that end here; several when they are written differently and accept the same. */
  values: Set<Value> | undefined
  /** By the first UTF-16 unit of their text. */
  texts: Map<number, Node<Value>> | undefined
  one: Node<Value> | undefined
  sets: Map<string, { readonly set: CharacterSet; readonly node: Node<Value> }> | undefined
  star: Node<Value> | undefined
  /** The search that last came here by a star. */
  search = 0

  constructor(text: string) {
    this.text = text
  }

  /** Whether a glob goes on behind this node. */
  get hasNext(): boolean {
    return this.texts !== undefined || this.one !== undefined || this.sets !== undefined || this.star !== undefined
  }
}

/** How a node was reached. */
interface Step<Value> {
  readonly above: Node<Value>
  readonly by: Token
  readonly node: Node<Value>
}

/**
 * Globs with what belongs to each, arranged by what they have in common, so that a search looks at a beginning that
 * many share only once. Adding and removing costs in proportion to the glob alone. A search visits each node at most
 * once for each place of the topic, since behind a star only its earliest place matters: whatever follows from a later
 * one follows from that too. So there is no backtracking.
 */
export class GlobTrie<Value> {
  readonly #root = new Node<Value>('')
  #search = 0
  /** The nodes to look at and the places of the topic where they were reached; empty between searches. */
  readonly #nodes: Node<Value>[] = []
  readonly #places: number[] = []

  add(glob: readonly Token[], value: Value): void {
    let node = this.#root
    for (const token of glob) node = next(node, token)
    node.values ??= new Set()
    node.values.add(value)
  }

  /** Does nothing when this glob is not here with this value. */
  delete(glob: readonly Token[], value: Value): void {
    const path: Step<Value>[] = []
    let above = this.#root
    for (const token of glob) {
      for (let rest: Token | undefined = token; rest !== undefined; ) {
        const node: Node<Value> | undefined = existing(above, rest)
        if (node === undefined) return
        path.push({ above, by: rest, node })
        rest =
          rest.is === 'text' && rest.text.length > node.text.length ? textFrom(rest.text, node.text.length) : undefined
        above = node
      }
    }
    if (above.values?.delete(value) === true && above.values.size === 0) above.values = undefined
    for (const step of path.reverse()) if (!prune(step.above, step.by, step.node)) return
  }

  /** What belongs to the globs that match all of `topic`, in no order. @param topic well-formed */
  find(topic: string): Value[] {
    const found: Value[] = []
    const search = ++this.#search
    const stars: Node<Value>[] = []
    const from: number[] = []
    const end = topic.length
    this.#push(this.#root, 0)
    const empty = (): void => {
      for (let node = this.#nodes.pop(); node !== undefined; node = this.#nodes.pop()) {
        const at = this.#places.pop() ?? 0
        if (at === end) collect(found, node.values)
        const { star } = node
        if (star !== undefined && star.search !== search) {
          star.search = search
          collect(found, star.values)
          if (star.hasNext) {
            stars.push(star)
            from.push(at)
          }
        }
        if (at < end) this.#follow(node, topic, at)
      }
    }
    empty()
    for (let reached = 0; reached < stars.length; reached++) {
      const star = stars[reached]
      if (star === undefined) break
      // in order, so that the first time that a later star is reached is at its earliest place
      for (let at = from[reached] ?? 0; at < end; at++) {
        this.#follow(star, topic, at)
        empty()
      }
    }
    return found
  }

  /** Puts down the nodes that the character at `at` leads to. */
  #follow(node: Node<Value>, topic: string, at: number): void {
    const unit = topic.charCodeAt(at)
    const child = node.texts?.get(unit)
    if (child !== undefined && topic.startsWith(child.text, at)) this.#push(child, at + child.text.length)
    if ((node.one === undefined && node.sets === undefined) || (unit & 0xfc00) === LOW_SURROGATE) return
    const codePoint = topic.codePointAt(at) ?? 0
    const after = at + (codePoint > 0xffff ? 2 : 1)
    if (node.one !== undefined) this.#push(node.one, after)
    if (node.sets !== undefined)
      for (const { set, node: behind } of node.sets.values()) if (isInSet(set, codePoint)) this.#push(behind, after)
  }

  #push(node: Node<Value>, at: number): void {
    this.#nodes.push(node)
    this.#places.push(at)
  }
}

const LOW_SURROGATE = 0xdc00

const collect = <Value>(found: Value[], values: ReadonlySet<Value> | undefined): void => {
  if (values !== undefined) for (const value of values) found.push(value)
}

/** The node behind a token, made if there is none. */
const next = <Value>(node: Node<Value>, token: Token): Node<Value> => {
  switch (token.is) {
    case 'text':
      return nextText(node, token.text)
    case 'one':
      return (node.one ??= new Node(''))
    case 'star':
      return (node.star ??= new Node(''))
    case 'set': {
      node.sets ??= new Map()
      const known = node.sets.get(token.set.key)
      if (known !== undefined) return known.node
      const behind = new Node<Value>('')
      node.sets.set(token.set.key, { set: token.set, node: behind })
      return behind
    }
  }
}

const nextText = <Value>(above: Node<Value>, text: string): Node<Value> => {
  let node = above
  for (let at = 0; at < text.length; ) {
    node.texts ??= new Map()
    const unit = text.charCodeAt(at)
    const child = node.texts.get(unit)
    if (child === undefined) {
      const added = new Node<Value>(text.slice(at))
      node.texts.set(unit, added)
      return added
    }
    const shared = sharedLength(child.text, text, at)
    node = shared === child.text.length ? child : split(node.texts, child, shared)
    at += shared
  }
  return node
}

const sharedLength = (label: string, text: string, at: number): number => {
  let shared = 1
  while (shared < label.length && label.charCodeAt(shared) === text.charCodeAt(at + shared)) shared++
  return shared
}

/** Puts a node where the text of `child` is cut. */
const split = <Value>(texts: Map<number, Node<Value>>, child: Node<Value>, at: number): Node<Value> => {
  const middle = new Node<Value>(child.text.slice(0, at))
  texts.set(middle.text.charCodeAt(0), middle)
  child.text = child.text.slice(at)
  middle.texts = new Map([[child.text.charCodeAt(0), child]])
  return middle
}

const textFrom = (text: string, at: number): Token => ({ is: 'text', text: text.slice(at) })

/** The node that a token, or the beginning of a text, leads to. */
const existing = <Value>(node: Node<Value>, token: Token): Node<Value> | undefined => {
  switch (token.is) {
    case 'text': {
      const child = node.texts?.get(token.text.charCodeAt(0))
      return child !== undefined && token.text.startsWith(child.text) ? child : undefined
    }
    case 'one':
      return node.one
    case 'star':
      return node.star
    case 'set':
      return node.sets?.get(token.set.key)?.node
  }
}

/** Takes out a node that no glob needs any more. @returns whether the node above may now be one */
const prune = <Value>(above: Node<Value>, by: Token, node: Node<Value>): boolean => {
  if (node.values !== undefined) return false
  if (node.hasNext) {
    if (by.is === 'text') join(node, above)
    return false
  }
  switch (by.is) {
    case 'text':
      above.texts?.delete(node.text.charCodeAt(0))
      if (above.texts?.size === 0) above.texts = undefined
      break
    case 'one':
      above.one = undefined
      break
    case 'star':
      above.star = undefined
      break
    case 'set':
      above.sets?.delete(by.set.key)
      if (above.sets?.size === 0) above.sets = undefined
  }
  return true
}

/** Two texts in a row that nothing parts any more become one. */
const join = <Value>(node: Node<Value>, above: Node<Value>): void => {
  const { texts } = node
  if (texts?.size !== 1 || node.one !== undefined || node.sets !== undefined || node.star !== undefined) return
  for (const child of texts.values()) {
    child.text = node.text + child.text
    above.texts?.set(child.text.charCodeAt(0), child)
  }
}
