import { type CharacterSet, isInSet } from '@/protocols/lonely/glob.js'
import type { GlobNode } from '@/protocols/lonely/globNode.js'

/** Behind a star, so many texts are looked for one by one; more are looked up at every place. */
const FEW_TEXTS = 8
/** Looking for a text passes over so many characters in the time of one step. */
const SCANNED_A_STEP = 32
const LOW_SURROGATE = 0xdc00

/**
 * Finds the globs of a trie that match a topic. Behind a star only its earliest place matters: whatever follows from a
 * later one follows from that too. So there is no backtracking; and when everything behind a piece of a glob has been
 * reached, no later place of that piece is looked for. What is left is counted in steps of about 60 ns, and bounded.
 * One search at a time; what it needs is kept for the next.
 */
export class GlobSearch<Value> {
  #most = 0
  #left = 0
  /** Of this search; stars that it has reached have it, too. */
  #mark = 0
  #topic = ''
  #found: Value[] = []
  /** The nodes to look at, and the places of the topic where they were reached. */
  readonly #nodes: GlobNode<Value>[] = []
  readonly #places: number[] = []
  /** The stars that were reached, and their earliest places. */
  readonly #stars: GlobNode<Value>[] = []
  readonly #from: number[] = []

  /** Of the last search. */
  get steps(): number {
    return this.#most - this.#left
  }

  /** @returns undefined when it takes more than `maxSteps` @param topic well-formed */
  find(root: GlobNode<Value>, topic: string, maxSteps: number): Value[] | undefined {
    this.#mark++
    this.#topic = topic
    this.#most = this.#left = maxSteps
    const found: Value[] = (this.#found = [])
    this.#reach(root, 0)
    for (let star = 0; star < this.#stars.length && this.#left > 0; star++)
      this.#scan(this.#stars[star] ?? root, this.#from[star] ?? 0)
    this.#nodes.length = this.#places.length = this.#stars.length = this.#from.length = 0
    return this.#left > 0 ? found : undefined
  }

  /** Goes on from a node, up to the next stars. */
  #reach(node: GlobNode<Value>, at: number): void {
    this.#push(node, at)
    const end = this.#topic.length
    for (let next = this.#nodes.pop(); next !== undefined; next = this.#nodes.pop()) {
      const place = this.#places.pop() ?? 0
      if (--this.#left <= 0) return
      if (place === end) this.#collect(next.values)
      if (next.star !== undefined && next.star.search !== this.#mark) this.#reachStar(next.star, place)
      if (place < end) this.#follow(next, place)
    }
  }

  #reachStar(star: GlobNode<Value>, at: number): void {
    star.search = this.#mark
    this.#collect(star.values)
    if (!star.hasNext) return
    this.#stars.push(star)
    this.#from.push(at)
  }

  /** Puts down the nodes that the character at `at` leads to. */
  #follow({ texts, one, sets }: GlobNode<Value>, at: number): void {
    const unit = this.#topic.charCodeAt(at)
    const child = texts?.get(unit)
    if (child !== undefined && this.#topic.startsWith(child.text, at)) this.#push(child, at + child.text.length)
    if ((one === undefined && sets === undefined) || (unit & 0xfc00) === LOW_SURROGATE) return
    const codePoint = this.#topic.codePointAt(at) ?? 0
    const after = at + (codePoint > 0xffff ? 2 : 1)
    if (one !== undefined) this.#push(one, after)
    if (sets === undefined) return
    for (const { set, node } of sets.values()) {
      this.#left -= set.ranges.length
      if (isInSet(set, codePoint)) this.#push(node, after)
    }
  }

  /** Looks for what may stand behind a star; never `?`, which is moved before it. */
  #scan({ texts, sets }: GlobNode<Value>, from: number): void {
    if (texts !== undefined && texts.size > FEW_TEXTS) this.#scanPlaces(texts, from)
    else if (texts !== undefined) for (const child of texts.values()) this.#scanText(child, from)
    if (sets !== undefined) for (const { set, node } of sets.values()) this.#scanSet(set, node, from)
  }

  #scanPlaces(texts: ReadonlyMap<number, GlobNode<Value>>, from: number): void {
    const topic = this.#topic
    for (let at = from; at < topic.length && --this.#left > 0; at++) {
      const child = texts.get(topic.charCodeAt(at))
      if (child !== undefined && topic.startsWith(child.text, at)) this.#reach(child, at + child.text.length)
    }
  }

  #scanText(child: GlobNode<Value>, from: number): void {
    const { text } = child
    const topic = this.#topic
    // Its own globs end here, so only the end of the topic matters to them.
    if (child.values !== undefined && topic.length - text.length >= from && topic.endsWith(text))
      this.#collect(child.values)
    let passed = from
    while (child.hasNext && --this.#left > 0) {
      const at = topic.indexOf(text, passed)
      this.#left -= Math.floor(((at < 0 ? topic.length : at) - passed) / SCANNED_A_STEP)
      if (at < 0) return
      // At the end of the topic it has just been collected.
      if (at + text.length < topic.length || child.star !== undefined) this.#reachBehind(child, at + text.length)
      if (this.#isSpent(child)) return
      passed = at + 1
    }
  }

  /** As `reach`, without the globs that end at the node. */
  #reachBehind(child: GlobNode<Value>, at: number): void {
    if (child.star !== undefined && child.star.search !== this.#mark) this.#reachStar(child.star, at)
    if (at >= this.#topic.length) return
    this.#follow(child, at)
    const next = this.#nodes.pop()
    if (next !== undefined) this.#reach(next, this.#places.pop() ?? 0)
  }

  #scanSet(set: CharacterSet, node: GlobNode<Value>, from: number): void {
    const topic = this.#topic
    for (let at = from; at < topic.length && this.#left > 0; at++) {
      this.#left -= 1 + set.ranges.length
      if ((topic.charCodeAt(at) & 0xfc00) === LOW_SURROGATE) continue
      const codePoint = topic.codePointAt(at) ?? 0
      if (!isInSet(set, codePoint)) continue
      this.#reach(node, at + (codePoint > 0xffff ? 2 : 1))
      if (node.values === undefined && this.#isSpent(node)) return
    }
  }

  /**
   * Nothing new can come from a later place of this node: it leads to stars that have been reached, and nowhere else.
   */
  #isSpent(first: GlobNode<Value>): boolean {
    for (let node: GlobNode<Value> | undefined = first; node !== undefined; node = node.next) {
      if (--this.#left <= 0) return true
      if (node !== first && node.values !== undefined) return false
      if (node.star !== undefined && node.star.search !== this.#mark) return false
      if (node.branches > 1) return false
    }
    return true
  }

  #push(node: GlobNode<Value>, at: number): void {
    this.#nodes.push(node)
    this.#places.push(at)
  }

  #collect(values: ReadonlySet<Value> | undefined): void {
    if (values !== undefined) for (const value of values) this.#found.push(value)
  }
}
