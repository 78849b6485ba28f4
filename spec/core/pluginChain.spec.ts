import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import * as fc from 'fast-check'
import type { Plugin } from '@/core/plugin.js'
import { PluginChain } from '@/core/pluginChain.js'
import { TransportError } from '@/errors.js'
import { lcg32 } from '../support/lcg32.js'
import { recordedPlugin } from '../support/recordedPlugins.js'

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')
const text = (message: Uint8Array | undefined): string | undefined =>
  message === undefined ? undefined : Buffer.from(message).toString('latin1')

/** Adds `mark` behind each message, and takes it away; all it sees goes to `log`. */
const marking = (mark: string, log: string[] = []): Plugin => ({
  outbound: (message) => {
    log.push(`${mark} out ${text(message)}`)
    return bytes(`${text(message)}${mark}`)
  },
  inbound: (message) => {
    log.push(`${mark} in ${text(message)}`)
    if (!text(message)?.endsWith(mark)) throw new Error(`no ${mark} at the end`)
    return message.subarray(0, -1)
  },
})

/** Greets, says farewell, keeps the other end's farewell, and wants it before the end. */
class Polite implements Plugin {
  heard: string[] = []
  #said = false
  #over = false
  constructor(readonly mark = 'p') {}
  greeting(): Uint8Array {
    return bytes(`hello ${this.mark}`)
  }
  greeted(greeting: Uint8Array): void {
    this.heard.push(text(greeting) ?? '')
  }
  outbound(message: Uint8Array): Uint8Array {
    if (this.#said) throw new Error(`${this.mark} has said farewell already`)
    return bytes(`${this.mark}${text(message)}`)
  }
  inbound(message: Uint8Array): Uint8Array | undefined {
    if (this.#over) throw new Error(`${this.mark} has heard the farewell already`)
    if (text(message) === `bye ${this.mark}`) this.#over = true
    else if (!text(message)?.startsWith(this.mark)) throw new Error(`no ${this.mark} in front`)
    return this.#over ? undefined : message.subarray(this.mark.length)
  }
  farewell(): Uint8Array {
    this.#said = true
    return bytes(`bye ${this.mark}`)
  }
  ended(): void {
    if (!this.#over) throw new Error(`${this.mark} misses the farewell`)
  }
}

const caught = (action: () => unknown): TransportError => {
  try {
    action()
  } catch (error) {
    if (error instanceof TransportError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('PluginChain', () => {
  it('applies plugins in order on the way out and in reverse on the way in', () => {
    const log: string[] = []
    const chain = new PluginChain([marking('a', log), marking('b', log)])
    expect(text(chain.outbound(bytes('x')))).to.equal('xab')
    expect(text(chain.inbound(bytes('xab')))).to.equal('x')
    expect(log).to.deep.equal(['a out x', 'b out xa', 'b in xab', 'a in xa'])
  })

  it('stops at a plugin that keeps a message for itself', () => {
    const log: string[] = []
    const keeping: Plugin = { outbound: (message) => message, inbound: () => undefined }
    expect(new PluginChain([marking('a', log), keeping]).inbound(bytes('x'))).to.equal(undefined)
    expect(log).to.deep.equal([])
  })

  it('gives back what it was given, whatever the recorded plugins and their order', () => {
    const names = fc.array(fc.constantFrom('xor:90', 'tag:AB', 'hex', 'reverse'), { maxLength: 5 })
    fc.assert(
      fc.property(names, fc.uint8Array({ maxLength: 40 }), (plugins, message) => {
        const chain = new PluginChain(plugins.map(recordedPlugin))
        expect(Buffer.from(chain.inbound(chain.outbound(message)) ?? [])).to.deep.equal(Buffer.from(message))
      }),
    )
  })

  describe('without plugins', () => {
    it('hands on the very same bytes, both ways', () => {
      const message = bytes('x')
      expect(PluginChain.empty.outbound(message)).to.equal(message)
      expect(PluginChain.empty.inbound(message)).to.equal(message)
    })

    it('has nothing to say at the beginning and at the end', () => {
      expect(PluginChain.empty).to.include({ length: 0, greetingCount: 0 })
      expect(PluginChain.empty.greetings()).to.deep.equal([])
      expect(PluginChain.empty.farewells()).to.deep.equal([])
      expect(() => PluginChain.empty.ended()).not.to.throw()
    })

    it('is one shared chain', () => {
      expect(PluginChain.of([])).to.equal(PluginChain.empty)
    })
  })

  describe('making', () => {
    it('makes an instance of a class for each chain, and shares an instance', () => {
      const seen: Plugin[] = []
      class Watched extends Polite {
        made = seen.push(this)
      }
      const shared = new Watched()
      const chains = [new PluginChain([Watched, shared]), new PluginChain([Watched, shared])]
      expect(seen).to.have.lengthOf(1 + chains.length)
    })

    const factory: unknown = () => recordedPlugin('hex')
    const WRONG: readonly (readonly [what: string, like: unknown, given: string])[] = [
      ['text', 'hex', 'hex'],
      ['undefined', undefined, 'undefined'],
      ['a function that is no class', factory, 'factory'],
      ['a class of something else', Date, 'Date'],
      ['an instance of something else', new Date(0), 'Date'],
      ['an object with one of the two methods', { outbound: recordedPlugin }, 'a plain object'],
    ]
    for (const [what, like, given] of WRONG) {
      it(`refuses ${what} and says where it stood`, () => {
        const likes: Plugin[] = [recordedPlugin('hex')]
        Reflect.set(likes, 1, like)
        expect(caught(() => new PluginChain(likes))).to.deep.include({ code: 'OPTION_INVALID' })
        expect(caught(() => new PluginChain(likes)).detail).to.include({ option: 'plugins[1]', given })
      })
    }

    it('keeps what the constructor of a plugin class threw as the cause', () => {
      const cause = new Error('no key')
      class Failing extends Polite {
        override heard = ((): never => {
          throw cause
        })()
      }
      expect(caught(() => new PluginChain([Failing]))).to.include({ code: 'OPTION_INVALID', cause })
    })
  })

  describe('failures', () => {
    const cause = new Error('out of ink')
    const throwing = (error: Error): Plugin => {
      const fail = (): never => {
        throw error
      }
      return { outbound: fail, inbound: fail, greeting: fail, greeted: fail, farewell: fail, ended: fail }
    }
    const chain = new PluginChain([throwing(cause)])

    const silent = new PluginChain([{ ...marking('a'), farewell: throwing(cause).outbound.bind(undefined, bytes('')) }])
    const THROWS: readonly (readonly [what: string, action: () => unknown, code: string, fault: string])[] = [
      ['outbound', () => chain.outbound(bytes('x')), 'PLUGIN_FAILED', 'local'],
      ['greeting', () => chain.greetings(), 'PLUGIN_FAILED', 'local'],
      ['farewell', () => silent.farewells(), 'PLUGIN_FAILED', 'local'],
      ['inbound', () => chain.inbound(bytes('x')), 'PLUGIN_REJECTED', 'remote'],
      ['greeted', () => chain.greeted(0, bytes('x')), 'PLUGIN_REJECTED', 'remote'],
      ['ended', () => chain.ended(), 'PLUGIN_REJECTED', 'remote'],
    ]
    for (const [what, action, code, fault] of THROWS) {
      it(`calls a throw in ${what} ${code} and keeps it as the cause`, () => {
        expect(caught(action)).to.include({ code, fault, cause })
        expect(caught(action).detail).to.deep.equal({ plugin: 'plugin 0', reason: 'out of ink' })
      })
    }

    const own = new TransportError('FRAME_MALFORMED')
    const failing = new PluginChain([throwing(own)])
    it('keeps a TransportError that a plugin throws on the way in', () => {
      expect(caught(() => failing.inbound(bytes('x')))).to.equal(own)
    })

    it('calls any error on the way out PLUGIN_FAILED, so that a transmit has one code to expect', () => {
      expect(caught(() => failing.outbound(bytes('x')))).to.include({ code: 'PLUGIN_FAILED', cause: own })
    })

    it('names the class of the plugin that failed', () => {
      const polite = new PluginChain([new Polite()])
      expect(caught(() => polite.inbound(bytes('x'))).detail).to.include({ plugin: 'Polite', reason: 'no p in front' })
    })

    for (const [what, result] of Object.entries({ text: 'x', 'a promise': Promise.resolve(), null: null })) {
      it(`does not take ${what} for a message`, () => {
        const plugin: Plugin = { outbound: (message) => message, inbound: (message) => message }
        Reflect.set(plugin, 'outbound', () => result)
        Reflect.set(plugin, 'inbound', () => result)
        expect(caught(() => new PluginChain([plugin]).outbound(bytes('x')))).to.include({ code: 'PLUGIN_FAILED' })
        expect(caught(() => new PluginChain([plugin]).inbound(bytes('x')))).to.include({ code: 'PLUGIN_REJECTED' })
      })
    }

    it('takes undefined on the way out for a failure, not for silence', () => {
      const [plugin, x] = [marking('a'), bytes('x')]
      Reflect.set(plugin, 'outbound', () => undefined)
      expect(caught(() => new PluginChain([plugin]).outbound(x))).to.include({ code: 'PLUGIN_FAILED' })
    })
  })

  describe('greetings and farewells', () => {
    /** A chain that greets twice; `heardAll` if the other end has too. */
    const polite = (heardAll = true): PluginChain => {
      const chain = new PluginChain([new Polite('a'), marking('-'), new Polite('b')])
      if (heardAll) for (const nth of [0, 1]) chain.greeted(nth, bytes('hello'))
      return chain
    }

    it('greets for the plugins that do, in order and untouched by the others', () => {
      expect(polite().greetings().map(text)).to.deep.equal(['hello a', 'hello b'])
      expect(polite().greetingCount).to.equal(2)
    })

    it('hands each greeting of the other end to the plugin it is for', () => {
      const [first, last] = [new Polite('a'), new Polite('b')]
      const chain = new PluginChain([first, marking('-'), last])
      chain.greeted(0, bytes('hello from a'))
      chain.greeted(1, bytes('hello from b'))
      expect([first.heard, last.heard]).to.deep.equal([['hello from a'], ['hello from b']])
    })

    it('refuses a greeting that no plugin waits for', () => {
      expect(caught(() => polite().greeted(2, bytes('x'))).code).to.equal('PLUGIN_REJECTED')
    })

    it('passes a farewell through the plugins after its own only, before they say theirs', () => {
      expect(polite().farewells().map(text)).to.deep.equal(['bbye a-', 'bye b'])
    })

    it('says no farewell before all greetings of the other end have come', () => {
      const chain = polite(false)
      chain.greeted(0, bytes('hello'))
      expect(chain.farewells()).to.deep.equal([])
      chain.greeted(1, bytes('hello'))
      expect(chain.farewells()).to.have.lengthOf(2)
    })

    it('hands over nothing of the farewells, and is content with the end after them', () => {
      const [near, far] = [polite(), polite()]
      expect(text(far.inbound(near.outbound(bytes('last'))))).to.equal('last')
      for (const farewell of near.farewells()) expect(far.inbound(farewell)).to.equal(undefined)
      expect(() => far.ended()).not.to.throw()
    })

    it('says at the end which plugin misses its farewell', () => {
      const [near, far] = [polite(), polite()]
      expect(caught(() => far.ended()).detail).to.include({ reason: 'b misses the farewell' })
      far.inbound(near.farewells()[0] ?? bytes(''))
      expect(caught(() => far.ended()).detail).to.include({ reason: 'b misses the farewell' })
    })
  })

  describe('against the recorded peers', () => {
    type Payload = { readonly seed: number; readonly size: number }
    type Case = {
      readonly name: string
      readonly steps: readonly { readonly from: 'client' | 'server'; readonly hex: string }[]
      readonly meta: { readonly plugins?: readonly string[]; readonly payloads?: readonly Payload[] }
    }
    const recording: { readonly cases: readonly Case[] } = JSON.parse(
      readFileSync('spec/vectors/tinyproto.json', 'utf8'),
    )
    const cases = recording.cases.filter(({ name }) => name.startsWith('plugin-chain-'))

    it('has three recordings to compare with', () => {
      expect(cases).to.have.lengthOf(3)
    })

    for (const { name, steps, meta } of cases) {
      const { plugins = [], payloads = [] } = meta
      // the client's steps: its opening ff, then for each message its length, its payload, and ff to the echo's length
      const [, ...sent] = steps.filter(({ from }) => from === 'client')
      payloads.forEach(({ seed, size }, at) => {
        const payload = sent[at * 3 + 1]?.hex ?? ''
        const chain = new PluginChain(plugins.map(recordedPlugin))

        it(`puts ${size} bytes on the wire as in ${name}: ${payload}`, () => {
          const wire = Buffer.from(chain.outbound(lcg32(seed, size)))
          expect(wire.toString('hex')).to.equal(payload)
          expect(sent[at * 3]?.hex).to.equal(wire.length.toString(16).padStart(8, '0'))
        })

        it(`reads ${size} bytes off the wire as in ${name}`, () => {
          expect(chain.inbound(Buffer.from(payload, 'hex'))).to.deep.equal(Buffer.from(lcg32(seed, size)))
        })
      })
    }
  })
})
