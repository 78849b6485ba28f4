import { expect } from 'chai'
import type { PeerAddress } from '@/protocols/pyile/index.js'
import { wireText } from '@/protocols/pyile/wireText.js'
import { Gate } from '../../support/gate.js'
import { ManualClock } from '../../support/manualClock.js'
import { WatchedAuthPeer, WatchedJoinPeer } from '../../support/pyilePeers.js'
import { RawListener } from '../../support/rawPeer.js'
import { rejection } from '../../support/rejection.js'
import { type RecordedStep, type Recording, recordingsOf } from '../../support/replay.js'
import { type PlayOptions, playSide, rawFrom } from '../../support/scriptedPyile.js'

interface Meta {
  readonly connection: 'auth' | 'dist' | 'message'
  readonly clientPeer: string
  readonly clientAddress: PeerAddress
  readonly serverAddress: PeerAddress
}

const RECORDINGS = recordingsOf<Meta>('pyile')
const recording = (name: string): Recording<Meta> => {
  const found = RECORDINGS.find((one) => one.name === name)
  if (found === undefined) throw new Error(`nothing was recorded as ${name}`)
  return found
}

/** Whose recorded bytes were played. */
class Role {
  readonly played = new Set<string>()

  readonly only = (name: string): Recording<Meta> => {
    this.played.add(name)
    return recording(name)
  }
  readonly recorded = (name: string): readonly RecordedStep[] => this.only(name).steps
  /** Those that were never asked for. */
  get missing(): string[] {
    return RECORDINGS.map(({ name }) => name).filter((name) => !this.played.has(name))
  }
}
const clients = new Role()
const servers = new Role()

const textOf = (step: RecordedStep | undefined): string => Buffer.from(step?.hex ?? '', 'hex').toString()
const textWith = ({ steps }: Recording<Meta>, words: string): string =>
  textOf(steps.find((step) => textOf(step).includes(words)))

/** The port of the first address in this text. */
const portIn = (text: string): string => /\["[\d.]+", ?(\d+)\]/.exec(text)?.[1] ?? ''

/** What was said of the distribution connection, perhaps behind something else. */
const distAddrIn = (main: Recording<Meta>): string => /"dist_addr".*/.exec(textWith(main, 'dist_addr'))?.[0] ?? ''

/** Puts ports of this run in the place of recorded ones. */
const ports =
  (...pairs: readonly (readonly [recorded: string, real: number])[]) =>
  (text: string): string =>
    pairs.reduce(
      (result, [recorded, real]) => result.replaceAll(new RegExp(`\\b${recorded}\\]`, 'g'), `${real}]`),
      text,
    )

const finBy = (from: 'client' | 'server'): RecordedStep => ({ from, close: 'fin' })
/** Up to the end of one side, which the other now answers with its own. */
const endedBy = (steps: readonly RecordedStep[], from: 'client' | 'server'): readonly RecordedStep[] => {
  const at = steps.findIndex((step) => step.from === from && step.close !== undefined)
  return [...steps.slice(0, at + 1), finBy(from === 'client' ? 'server' : 'client')]
}

describe('recorded Pyile peers', () => {
  describe('a joiner, played against our auth peer', () => {
    const { only, recorded } = clients
    /** The main connection of one joiner and, where there is one, its distribution connection. */
    const playJoiner = async (
      auth: WatchedAuthPeer,
      main: Recording<Meta>,
      steps: readonly RecordedStep[],
      lists: readonly RecordedStep[] = [],
    ): Promise<void> => {
      const host = main.meta.clientAddress[0]
      const options: PlayOptions = {
        rewrite: ports(
          [portIn(textWith(main, 'distro')), auth.peerAddress[1]],
          [portIn(distAddrIn(main)), auth.distAddress[1]],
        ),
      }
      await using peer = await rawFrom(auth.address, host)
      const over = new Gate()
      let distribution: Promise<void> | undefined
      const playLists = async (): Promise<void> => {
        await using lister = await rawFrom(auth.distAddress, host)
        await playSide(lister, lists, 'client', options)
        await over.pass()
      }
      const at = (step: RecordedStep, text: string): void => {
        if (text === '{"<3": true}' && lists.length > 0) distribution ??= playLists()
      }
      await playSide(peer, steps, 'client', { ...options, at })
      over.open()
      await distribution
    }

    const joins = async (
      name: string,
      steps: readonly RecordedStep[],
      lists: readonly RecordedStep[],
      then?: (auth: WatchedAuthPeer) => Promise<void>,
    ): Promise<void> => {
      const clock = new ManualClock()
      await using auth = new WatchedAuthPeer({ clock })
      await auth.authenticatePeers()
      const played = playJoiner(auth, only(name), steps, lists)
      await clock.passUntil(Promise.all([played, then?.(auth)]), 10)
      await clock.passUntil(auth.leave(), 10)
    }

    it('join-ok and join-ok-dist: every byte as recorded', async () => {
      await joins('join-ok', recorded('join-ok'), recorded('join-ok-dist'))
    })

    it('raw-no-dist-connection: given up after 4 s, and never listed', async () => {
      const clock = new ManualClock()
      await using auth = new WatchedAuthPeer({ clock })
      await auth.authenticatePeers()
      const { steps } = only('raw-no-dist-connection')
      const played = playJoiner(auth, only('raw-no-dist-connection'), [...steps, finBy('server')])
      await clock.passUntil(played, 10)
      expect(clock.now()).to.be.within(4_050, 5_000)
      expect(auth.peers).to.deep.equal([auth.peerAddress])
      await auth.happened.noted('came to nothing')
      await clock.passUntil(auth.leave(), 10)
    })

    it('auth-leaves: every byte until it leaves, and then it closes both connections at once', async () => {
      await joins(
        'auth-leaves/auth-j1-to-auth',
        endedBy(recorded('auth-leaves/auth-j1-to-auth'), 'server'),
        endedBy(recorded('auth-leaves/dist-j1-to-auth'), 'server'),
        async (auth) => {
          await auth.happened.listOf(2)
          await auth.leave()
        },
      )
    })

    it('network of three: every byte of both joiners, until one leaves and is removed at once', async () => {
      const clock = new ManualClock()
      await using auth = new WatchedAuthPeer({ clock })
      await auth.authenticatePeers()
      const first = playJoiner(
        auth,
        only('network/auth-j1'),
        endedBy(recorded('network/auth-j1'), 'client'),
        recorded('network/dist-j1'),
      )
      await clock.passUntil(auth.happened.listOf(2), 10)
      const second = playJoiner(auth, only('network/auth-j2'), recorded('network/auth-j2'), recorded('network/dist-j2'))
      await clock.passUntil(Promise.all([first, second]), 10)
      await auth.happened.listOf(1)
      expect(auth.happened.lists.map((list) => list.length)).to.deep.equal([2, 3, 2, 1])
      await clock.passUntil(auth.leave(), 10)
    })

    for (const [names, options] of [
      [['wrong-password', 'right-after-wrong'], { passwordAttempts: 2 }],
      [['ban-attempt-1', 'ban-attempt-2', 'ban-refused'], { passwordAttempts: 2 }],
      [
        ['auth-j1-to-auth', 'auth-j2-to-auth', 'auth-j3-to-auth'].map((name) => `ban-attempts-1/${name}`),
        { passwordAttempts: 1, lenientCount: true },
      ],
    ] as const) {
      it(`${names.join(', ')}: every byte as recorded`, async () => {
        const clock = new ManualClock()
        await using auth = new WatchedAuthPeer({ clock, ...options })
        await auth.authenticatePeers()
        for (const name of names) {
          const lists = name === 'right-after-wrong' ? [{ from: 'client', close: 'fin' } as const] : []
          await clock.passUntil(playJoiner(auth, only(name), recorded(name), lists), 10)
        }
        const host = only(names[0]).meta.clientAddress[0]
        expect(auth.blockedPeers.has(host)).to.equal(names.length === 3)
        expect(auth.limboPeers.size).to.equal(0)
        await clock.passUntil(auth.leave(), 10)
      })
    }

    it('scripted-banned: every byte as recorded', async () => {
      await using auth = new WatchedAuthPeer()
      await auth.authenticatePeers()
      const main = only('scripted-banned')
      auth.block(main.meta.clientAddress[0])
      await playJoiner(auth, main, [...main.steps, finBy('server')])
      expect(auth.connectedAddrs).to.deep.equal([])
    })

    it('coalesced-distro-dist-addr: every byte as recorded, though not in one segment, and one that gives up is not listed', async () => {
      const main = only('coalesced-distro-dist-addr')
      await joins(main.name, [...main.steps, finBy('client'), finBy('server')], [], async (auth) => {
        await auth.happened.noted(`a join from ${main.meta.clientAddress[0]} came to nothing`)
        expect(auth.peers).to.deep.equal([auth.peerAddress])
      })
    })

    it('scripted-auth-distributions: every byte of the joiner, and the script’s in the spaces of ours', async () => {
      const { name, steps } = only('scripted-auth-distributions')
      const spaced = steps.map((step) => ({ ...step, hex: Buffer.from(wireText(textOf(step))).toString('hex') }))
      // The lists of the script are of nobody; ours are of whoever is there.
      const lists = [{ from: 'client', close: 'fin' } as const]
      await joins(name, spaced, lists)
    })

    it('raw-bad-json: no answer, and the connection is closed instead of forgotten', async () => {
      await using auth = new WatchedAuthPeer()
      await auth.authenticatePeers()
      const main = only('raw-bad-json')
      await playJoiner(auth, main, [...main.steps, finBy('server')])
      await auth.happened.noted(`a join from ${main.meta.clientAddress[0]} came to nothing`)
    })
  })

  describe('an auth peer, played against our joiner', () => {
    const { only, recorded } = servers
    /**
     * Plays what is recorded of the main connection and, where it is, of the distribution connection.
     * @param lists undefined where nobody listens for the latter
     */
    const playAuth = async (
      name: string,
      steps: readonly RecordedStep[],
      lists: readonly RecordedStep[] | undefined,
      run: (joiner: WatchedJoinPeer, port: number) => Promise<void>,
      at: PlayOptions['at'] = () => {},
    ): Promise<void> => {
      const main = only(name)
      await using joiner = new WatchedJoinPeer({ host: main.meta.clientAddress[0] })
      await joiner.connect()
      await using mains = await RawListener.open()
      await using distributions = await RawListener.open()
      const rewrite = ports(
        [portIn(textWith(main, 'peer_address')), joiner.peerAddress[1]],
        [portIn(distAddrIn(main)), distributions.port],
      )
      if (lists === undefined) await distributions[Symbol.asyncDispose]()
      const served = (async () => {
        const lister =
          lists === undefined
            ? undefined
            : distributions.next().then((peer) => playSide(peer, lists, 'server', { rewrite }))
        await playSide(await mains.next(), steps, 'server', { rewrite, at })
        if (textWith(main, 'dist_addr') !== '') await lister
      })()
      await Promise.all([served, run(joiner, mains.port)])
    }
    const join = (joiner: WatchedJoinPeer, port: number): Promise<void> => joiner.getAuthenticated(port, 'password')

    it('join-ok and join-ok-dist: every byte as recorded', async () => {
      await playAuth('join-ok', recorded('join-ok'), recorded('join-ok-dist'), async (joiner, port) => {
        await join(joiner, port)
        expect(joiner.peers.map(([host]) => host)).to.deep.equal(['127.0.0.1', '127.0.0.101'])
      })
    })

    it('right-after-wrong: every byte as recorded', async () => {
      await playAuth('right-after-wrong', recorded('right-after-wrong'), [], join)
    })

    it('network of three: every byte of the first, until it leaves', async () => {
      const steps = endedBy(recorded('network/auth-j1'), 'client')
      const lists = recorded('network/dist-j1').filter(({ close }) => close === undefined)
      const due = new Gate()
      const run = async (joiner: WatchedJoinPeer, port: number): Promise<void> => {
        await join(joiner, port)
        await joiner.happened.listOf(3)
        await due.pass()
        await joiner.leave()
      }
      await playAuth('network/auth-j1', steps, [...lists, finBy('client'), finBy('server')], run, ({ close }) => {
        if (close === 'fin') due.open()
      })
    })

    it('network of three: every byte of the second, which sees the first go', async () => {
      await playAuth(
        'network/auth-j2',
        recorded('network/auth-j2'),
        recorded('network/dist-j2'),
        async (joiner, port) => {
          await join(joiner, port)
          await joiner.happened.listOf(2)
        },
      )
    })

    it('auth-leaves: every byte until it leaves, and then ours closes and has left', async () => {
      const steps = endedBy(recorded('auth-leaves/auth-j1-to-auth'), 'server')
      const lists = recorded('auth-leaves/dist-j1-to-auth')
      await playAuth('auth-leaves/auth-j1-to-auth', steps, lists, async (joiner, port) => {
        await join(joiner, port)
        expect(await joiner.happened.end()).to.include({ name: 'ConnectionException', code: 'REMOTE_ENDED' })
        expect(joiner.messenger.getErrors()).to.have.lengthOf(1)
      })
    })

    for (const [name, password, code] of [
      ['wrong-password', 'nope', 'PASSWORD_REFUSED'],
      ['ban-attempt-1', 'nope0', 'PASSWORD_REFUSED'],
      ['ban-attempt-2', 'nope1', 'PASSWORD_REFUSED'],
      ['ban-refused', 'nope2', 'PEER_BANNED'],
      ['ban-attempts-1/auth-j1-to-auth', 'bad', 'PASSWORD_REFUSED'],
      ['ban-attempts-1/auth-j2-to-auth', 'bad', 'PASSWORD_REFUSED'],
      ['ban-attempts-1/auth-j3-to-auth', 'bad', 'PEER_BANNED'],
      ['scripted-banned', 'password', 'PEER_BANNED'],
    ] as const) {
      it(`${name}: every byte as recorded, and ${code}`, async () => {
        await playAuth(name, recorded(name), [], async (joiner, port) => {
          const error = await rejection(joiner.getAuthenticated(port, password))
          expect(error).to.include({ name: 'AuthenticationException', code })
          const { messenger } = joiner
          const notes = code === 'PEER_BANNED' ? messenger.getErrors() : messenger.getWarnings()
          expect(notes).to.have.lengthOf(1)
        })
      })
    }

    it('raw-no-dist-connection: every byte as recorded, and nobody to connect to is CONNECT_REFUSED', async () => {
      const steps = [...recorded('raw-no-dist-connection'), finBy('client'), finBy('server')]
      await playAuth('raw-no-dist-connection', steps, undefined, async (joiner, port) => {
        expect((await rejection(join(joiner, port))).code).to.equal('CONNECT_REFUSED')
        expect(joiner.peers).to.deep.equal([])
      })
    })

    it('coalesced-distro-dist-addr: what an original fails at is a join as any other', async () => {
      const beat = recorded('join-ok').find((step) => textOf(step) === '{"<3": true}') ?? finBy('server')
      const steps = [...recorded('coalesced-distro-dist-addr'), beat]
      await playAuth('coalesced-distro-dist-addr', steps, [], async (joiner, port) => {
        await join(joiner, port)
        expect(joiner.peers).to.have.lengthOf(2)
      })
    })

    it('raw-bad-json: an auth peer that takes the answer for none, and goes without a word, is REMOTE_ENDED', async () => {
      // What the raw client answers no joiner of ours does: the one step of the recording that is its own.
      const [first = finBy('server')] = recorded('raw-bad-json')
      const answer = { from: 'client', hex: Buffer.from('{"shadow": "password"}').toString('hex') } as const
      await playAuth('raw-bad-json', [first, answer, finBy('server')], [], async (joiner, port) => {
        expect((await rejection(join(joiner, port))).code).to.equal('REMOTE_ENDED')
        expect(joiner.peers).to.deep.equal([])
      })
    })

    it('raw-bad-json, turned round: what is no JSON there is none here either, and the join is over', async () => {
      const turned = recorded('raw-bad-json').filter(({ from }) => from === 'client')
      const steps = [...turned.map((step) => ({ ...step, from: 'server' }) as const), finBy('client')]
      await playAuth('raw-bad-json', steps, [], async (joiner, port) => {
        expect((await rejection(join(joiner, port))).code).to.equal('FRAME_MALFORMED')
        expect(joiner.peers).to.deep.equal([])
      })
    })

    it('scripted-auth-distributions: compact JSON is understood, and of two lists at once none is lost', async () => {
      await playAuth(
        'scripted-auth-distributions',
        recorded('scripted-auth-distributions'),
        recorded('scripted-auth-distributions/dist'),
        async (joiner, port) => {
          await join(joiner, port)
          await joiner.happened.until(({ lists }) => lists.at(-1)?.[0] === '9.9.9.3:3')
          expect(joiner.happened.notes.filter((note) => note.includes('there is a new list'))).to.have.lengthOf(3)
        },
      )
    })
  })

  const MESSAGES = RECORDINGS.filter(({ meta }) => meta.connection === 'message')

  describe('the receiver of a message, played against our sender', () => {
    for (const { name, steps } of MESSAGES.filter(({ meta }) => meta.clientPeer !== 'raw')) {
      it(`${name}: every byte as recorded`, async () => {
        servers.played.add(name)
        const sent: { data: unknown; alias: string; to: unknown; from: [string, number] } = JSON.parse(textOf(steps[0]))
        await using sender = new WatchedAuthPeer({ alias: sent.alias, host: sent.from[0] })
        await sender.authenticatePeers()
        const rewrite = ports([String(sent.from[1]), sender.peerAddress[1]])
        await using listener = await RawListener.open()
        // Originals close without waiting for the receipt, ours afterwards.
        const talk = steps.filter(({ close }) => close === undefined)
        const served = listener.next().then((peer) => playSide(peer, [...talk, finBy('client')], 'server', { rewrite }))
        const delivery = await sender.send(['127.0.0.1', listener.port], sent.data, sent.to)
        await served
        expect(delivery?.receipt).to.equal(JSON.parse(textOf(talk[1])).alias)
        expect(sender.messenger.getMessages()[0]?.message).to.deep.equal({
          ...sent,
          from: sender.peerAddress,
          self: true,
        })
      })
    }
  })

  describe('the sender of a message, played against our receiver', () => {
    /** Originals lose these; ours must not. */
    const KEPT: Readonly<Record<string, number>> = {
      'message/split': 1,
      'message/two-objects': 2,
      'message/2049-bytes': 1,
    }
    for (const { name, steps, meta } of MESSAGES) {
      const answers = steps.filter(({ from, close }) => from === 'server' && close === undefined)
      const stored = KEPT[name] ?? answers.length
      it(`${name}: ${stored} stored, and ${KEPT[name] === undefined ? 'every byte as recorded' : 'answered'}`, async () => {
        clients.played.add(name)
        const alias: string = answers.length === 0 ? 'admin' : JSON.parse(textOf(answers[0])).alias
        await using receiver = new WatchedAuthPeer({ alias })
        await receiver.authenticatePeers()
        await using peer = await rawFrom(receiver.peerAddress, meta.clientAddress[0])
        const said = steps
          .filter(({ from }) => from === 'client')
          .map(textOf)
          .join('')
        const values = said === '' ? [] : said.replaceAll(/\}(?=\{"data)/g, '}\n').split('\n')
        for (const step of steps) if (step.from === 'client' && step.close === undefined) peer.send(step.hex ?? '')
        peer.fin()
        const expected =
          KEPT[name] === undefined
            ? answers.map(textOf)
            : values.map((value) => `{"data": ${value}, "alias": "${alias}"}`)
        for (const text of expected) expect((await peer.read(Buffer.byteLength(text))).toString()).to.equal(text)
        await peer.ended
        expect(peer.unread).to.equal('')
        expect(receiver.happened.messages).to.have.lengthOf(stored)
        if (stored === 0) await receiver.happened.noted('was dropped')
      })
    }
  })

  describe('whatever was recorded', () => {
    it('is played against our auth peers and receivers, but for a connection on which the client says nothing', () => {
      const silent = RECORDINGS.filter(({ steps }) => steps.every(({ from }) => from === 'server'))
      expect(clients.missing).to.deep.equal(['scripted-auth-distributions/dist'])
      expect(silent.map(({ name }) => name)).to.include.members(clients.missing)
    })

    it('is played against our joiners and senders, but for what hand-written senders of messages say', () => {
      const handWritten = MESSAGES.filter(({ meta }) => meta.clientPeer === 'raw').map(({ name }) => name)
      expect(servers.missing).to.deep.equal(handWritten)
    })
  })
})
