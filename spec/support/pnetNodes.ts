import { AdvancedNode, CommandNode, Node, type NodeOptions, type Peer } from '@/protocols/pnet/index.js'
import type { TransportError } from '@/errors.js'
import { pnetPort } from './pnetPort.js'
import { ALICE, BOB, CAROL, NETWORK_KEY } from './pnetRecordings.js'

/** What a watched node has been told by its hooks. */
export interface Watch {
  readonly events: string[]
  readonly failures: TransportError[]
  /** Whose requests failed. */
  readonly remotes: (string | undefined)[]
  readonly raised: TransportError[]
  /** Resolves when an event of this text is there, or so many of them. */
  event(text: string, times?: number): Promise<void>
}

class Log implements Watch {
  readonly events: string[] = []
  readonly failures: TransportError[] = []
  readonly remotes: (string | undefined)[] = []
  readonly raised: TransportError[] = []
  #tell: (() => void)[] = []

  note(text: string): void {
    this.events.push(text)
    for (const tell of this.#tell.splice(0)) tell()
  }

  async event(text: string, times = 1): Promise<void> {
    while (this.events.filter((event) => event === text).length < times)
      await new Promise<void>((resolve) => this.#tell.push(resolve))
  }
}

/** Nodes of one network on the loopback, which all end when the group is closed. */
export class PnetGroup implements AsyncDisposable {
  readonly advertisePort = pnetPort()
  readonly #nodes: { shutdown(): Promise<void> }[] = []
  readonly #common: Partial<NodeOptions>

  /** @param common for all nodes */
  constructor(common: Partial<NodeOptions> = {}) {
    this.#common = common
  }

  options(name: string, own: Partial<NodeOptions> = {}): NodeOptions {
    const key = name === 'alice' ? ALICE : name === 'bob' ? BOB : CAROL
    return {
      name,
      key,
      networkKey: NETWORK_KEY,
      listen: '127.0.0.1:0',
      advertisePort: this.advertisePort,
      advertiseIntervalMs: 100,
      ...this.#common,
      ...own,
    }
  }

  /** A node that is shut down with the group. */
  add<N extends Node | AdvancedNode>(node: N): N {
    this.#nodes.push(node)
    return node
  }

  /** Nodes that serve, and all know each other. */
  async serve<N extends Node | AdvancedNode>(...nodes: N[]): Promise<N[]> {
    for (const node of nodes) this.add(node)
    await Promise.all(nodes.map((node) => node.serve()))
    await Promise.all(
      nodes.flatMap((node) => nodes.filter((other) => other !== node).map((other) => node.peerKnown(other.name))),
    )
    return nodes
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.shutdown()))
  }
}

/** A basic node that keeps what its hooks are told. */
export class WatchedNode extends Node {
  readonly watch = new Log()

  protected override peerJoined({ name }: Peer): void {
    this.watch.note(`joined ${name}`)
  }

  protected override peerChanged({ name }: Peer): void {
    this.watch.note(`changed ${name}`)
  }

  protected override peerExpired({ name }: Peer): void {
    this.watch.note(`expired ${name}`)
  }

  protected override requestFailed(error: TransportError, remote: string | undefined): void | Promise<void> {
    this.watch.failures.push(error)
    this.watch.remotes.push(remote)
    this.watch.note(`failed ${error.code}`)
  }

  protected override errorRaised(error: TransportError): void {
    this.watch.raised.push(error)
    this.watch.note(`raised ${error.code}`)
  }
}

/** A command node that keeps what its hooks are told. */
export class WatchedCommandNode extends CommandNode {
  readonly watch = new Log()

  protected override requestFailed(error: TransportError, remote: string | undefined): void | Promise<void> {
    this.watch.failures.push(error)
    this.watch.remotes.push(remote)
    this.watch.note(`failed ${error.code}`)
  }

  protected override errorRaised(error: TransportError): void {
    this.watch.raised.push(error)
    this.watch.note(`raised ${error.code}`)
  }
}
