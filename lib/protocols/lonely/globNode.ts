import type { CharacterSet, Token } from '@/protocols/lonely/glob.js'

/** A place in the trie: what may follow the globs' common beginning that leads here. */
export class GlobNode<Value> {
  /** The text that leads here from the node above; empty for the root and behind wildcards. */
  text: string
  /** What belongs to the globs that end here; several when they are written differently and accept the same. */
  values: Set<Value> | undefined
  /** By the first UTF-16 unit of their text. */
  texts: Map<number, GlobNode<Value>> | undefined
  one: GlobNode<Value> | undefined
  sets: Map<string, { readonly set: CharacterSet; readonly node: GlobNode<Value> }> | undefined
  star: GlobNode<Value> | undefined
  /** The search that last came here by a star. */
  search = 0

  constructor(text: string) {
    this.text = text
  }

  /** Whether a glob goes on behind this node. */
  get hasNext(): boolean {
    return this.texts !== undefined || this.one !== undefined || this.sets !== undefined || this.star !== undefined
  }

  /** In how many ways a glob may go on behind this node, other than by a star. */
  get branches(): number {
    return (this.texts?.size ?? 0) + (this.sets?.size ?? 0) + (this.one === undefined ? 0 : 1)
  }

  /** One of the nodes behind it that is no star; undefined when there is none. */
  get next(): GlobNode<Value> | undefined {
    if (this.one !== undefined) return this.one
    for (const node of this.texts?.values() ?? []) return node
    for (const { node } of this.sets?.values() ?? []) return node
    return undefined
  }
}

/** The node behind a token, made if there is none. */
export const nextNode = <Value>(node: GlobNode<Value>, token: Token): GlobNode<Value> => {
  switch (token.is) {
    case 'text':
      return nextText(node, token.text)
    case 'one':
      return (node.one ??= new GlobNode(''))
    case 'star':
      return (node.star ??= new GlobNode(''))
    case 'set': {
      node.sets ??= new Map()
      const known = node.sets.get(token.set.key)
      if (known !== undefined) return known.node
      const behind = new GlobNode<Value>('')
      node.sets.set(token.set.key, { set: token.set, node: behind })
      return behind
    }
  }
}

const nextText = <Value>(above: GlobNode<Value>, text: string): GlobNode<Value> => {
  let node = above
  for (let at = 0; at < text.length; ) {
    node.texts ??= new Map()
    const unit = text.charCodeAt(at)
    const child = node.texts.get(unit)
    if (child === undefined) {
      const added = new GlobNode<Value>(text.slice(at))
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
const split = <Value>(texts: Map<number, GlobNode<Value>>, child: GlobNode<Value>, at: number): GlobNode<Value> => {
  const middle = new GlobNode<Value>(child.text.slice(0, at))
  texts.set(middle.text.charCodeAt(0), middle)
  child.text = child.text.slice(at)
  middle.texts = new Map([[child.text.charCodeAt(0), child]])
  return middle
}

export const textFrom = (text: string, at: number): Token => ({ is: 'text', text: text.slice(at) })

/** The node that a token, or the beginning of a text, leads to. */
export const existingNode = <Value>(node: GlobNode<Value>, token: Token): GlobNode<Value> | undefined => {
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
export const pruneNode = <Value>(above: GlobNode<Value>, by: Token, node: GlobNode<Value>): boolean => {
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
const join = <Value>(node: GlobNode<Value>, above: GlobNode<Value>): void => {
  const { texts } = node
  if (texts?.size !== 1 || node.one !== undefined || node.sets !== undefined || node.star !== undefined) return
  for (const child of texts.values()) {
    child.text = node.text + child.text
    above.texts?.set(child.text.charCodeAt(0), child)
  }
}
