import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { selfSigned } from '@/core/index.js'
import { eventsIn, type Running, runHere, runProcess } from '../support/cli.js'
import { Gate } from '../support/gate.js'
import { RawListener } from '../support/rawPeer.js'
import { removeFolder, temporaryFolder } from '../support/temporaryFolder.js'

const SECRET = ['--password', 'open sesame']
const room = async (host: Running): Promise<string> => {
  const [, address = ''] =
    /^room on (.*); join with: node \S+main\.[jt]s pyile join \1$/.exec(await host.line('room on')) ?? []
  return address
}
const joined = (address: string, alias: string, ...more: string[]): Running =>
  runHere(['pyile', 'join', address, '--alias', alias, ...SECRET, ...more])

describe('pyile host and join', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await temporaryFolder()
  })
  afterEach(() => removeFolder(folder))

  it('talk with everybody, and with one, until they leave', async () => {
    await using host = runProcess(['pyile', 'host', '0', '--alias', 'ada', ...SECRET])
    const address = await room(host)
    await using bob = joined(address, 'bob')
    await bob.line('you are in')
    await using cleo = joined(address, 'cleo')
    await cleo.line('you are in')
    await bob.line(/there is a new list: [^,]+, [^,]+, [^,]+$/)

    bob.type('hello all\n')
    expect(await host.line('hello')).to.equal('bob: hello all')
    expect(await cleo.line('hello')).to.equal('bob: hello all')
    cleo.type('/to bob just you, żółw 🐢\n')
    expect(await bob.line('just')).to.equal('cleo (to you): just you, żółw 🐢')
    cleo.type('//peers is what I said\n')
    expect(await host.line('what I said')).to.equal('cleo: /peers is what I said')
    bob.type('/peers\n')
    expect(await bob.line('ada')).to.match(/^ {2}127\.0\.0\.1:\d+ {2}ada$/)
    expect(await bob.line('(you)')).to.match(/^ {2}127\.0\.0\.1:\d+ {2}bob {2}\(you\)$/)
    bob.type('/to cleo\n/to\n')
    for (let count = 0; count < 2; count++) await bob.errorLine('/to wants ALIAS TEXT')
    bob.type('/nonsense at all\n/to nobody hi\n/to bob hi\n')
    expect(await bob.errorLine('/nonsense')).to.include('there is no /nonsense here; /peers, /to ALIAS TEXT, /leave')
    expect(await bob.errorLine('nobody')).to.include('nobody is known as nobody')
    expect(await bob.line('oneself')).to.equal('! a message to oneself is not sent')

    bob.type('bye\n/leave\nnever sent\n')
    expect(await cleo.line('bye')).to.equal('bob: bye')
    const ended = await bob.ended
    expect([ended.code, ended.out.includes('never')]).to.deep.equal([0, false])
    expect(await host.line('has gone')).to.match(/^\* 127\.0\.0\.1:\d+ has gone$/)
    cleo.endInput()
    expect((await cleo.ended).code).to.equal(0)
    host.type('/quit\n')
    const { code, out, err } = await host.ended
    expect([code, err, out.includes('sesame')]).to.deep.equal([0, '', false])
  }).timeout(20_000)

  it('tell programs what happens, as one object a line', async () => {
    await using host = runHere(['pyile', 'host', '0', '--json', ...SECRET])
    const listening = JSON.parse(await host.line('"listening"'))
    await using guest = joined(String(listening.port), 'bob', '--json')
    const { peer } = JSON.parse(await guest.line('"joined"'))
    await host.line(/"peers":\[\{[^}]*\},\{/)
    host.type('hi\n')
    await guest.line('"message"')
    guest.type('/to host hello you\n')
    await host.line('"message"')
    guest.endInput()
    await guest.ended
    await host.line('has gone')
    host.endInput()
    const events = eventsIn((await host.ended).out).filter(({ event }) => event !== 'note')
    const [hostname, port] = String(peer).split(':')
    const bob = { host: hostname, port: Number(port) }
    const ada = { host: '127.0.0.1', port: Number(String(listening.peer).split(':')[1]) }
    expect(events).to.deep.equal([
      { event: 'listening', host: '127.0.0.1', port: listening.port, peer: listening.peer },
      { event: 'peers', peers: [ada, bob] },
      { event: 'sent', to: 'Broadcast', received: [bob], silent: [], unreachable: [] },
      { event: 'message', from: peer, alias: 'bob', direct: true, peer: listening.peer, text: 'hello you' },
      { event: 'peers', peers: [ada] },
      { event: 'left', cause: null },
    ])
  })

  it('end with 1 and one line when the password is wrong, and when they are banned', async () => {
    await using host = runHere(['pyile', 'host', '0', '--attempts', '1', ...SECRET])
    const address = await room(host)
    const wrong = await runHere(['pyile', 'join', address, '--password', 'hocus pocus']).ended
    expect(wrong.code).to.equal(1)
    expect(wrong.err).to.equal(
      'framewright: the auth peer did not accept the password [PASSWORD_REFUSED]; ask the owner of the room for the password; too many wrong ones end in a ban\n',
    )
    const banned = await runHere(['pyile', 'join', address, ...SECRET]).ended
    expect([banned.code, banned.err.includes('[PEER_BANNED]')]).to.deep.equal([1, true])
    expect(wrong.out + (await host.line('banned'))).to.not.include('hocus')
  })

  it('end with 1 when the owner has gone, and with 0 when they are told to stop', async () => {
    await using host = runHere(['pyile', 'host', '0', ...SECRET])
    const address = await room(host)
    await using stays = joined(address, 'bob')
    await stays.line('you are in')
    await using goes = joined(address, 'cleo')
    await goes.line('you are in')
    goes.stop()
    expect((await goes.ended).code).to.equal(0)
    host.stop()
    expect((await host.ended).code).to.equal(0)
    const { code, err } = await stays.ended
    expect([code, err]).to.deep.equal([
      1,
      'framewright: the other end has closed its side [REMOTE_ENDED]; the other end has gone; look there for the reason\n',
    ])
  })

  it('join has failed when it is told to stop before it is in', async () => {
    await using silent = await RawListener.open()
    await using guest = joined(`127.0.0.1:${silent.port}`, 'bob')
    await silent.next()
    guest.stop('SIGINT')
    const { code, err } = await guest.ended
    expect([code, err]).to.deep.equal([1, 'framewright: stopped before it was done, as it was told to [ABORTED]\n'])
  })

  it('show control characters of others instead of obeying them', async () => {
    await using host = runHere(['pyile', 'host', '0', ...SECRET])
    await using guest = joined(await room(host), 'b\u001b[2Jb')
    await guest.line('you are in')
    guest.type('a\u0007b\n')
    expect(await host.line('a\\u0007b')).to.equal('b\\u001b[2Jb: a\\u0007b')
  })

  it('write nothing to a program that moves the cursor of a terminal', async () => {
    await using host = runHere(['pyile', 'host', '0', '--json', ...SECRET])
    const { port } = JSON.parse(await host.line('"listening"'))
    await using guest = joined(String(port), 'b\u009b2Jb')
    await guest.line('you are in')
    guest.type('a\u202eb\n')
    const line = await host.line('"message"')
    expect(line).to.match(/^[ -~]*$/)
    expect(JSON.parse(line)).to.include({ alias: 'b\u009b2Jb', text: 'a\u202eb' })
  })

  it('lose a line that is too long and nothing else', async () => {
    await using host = runHere(['pyile', 'host', '0', ...SECRET])
    await room(host)
    host.type(`${'x'.repeat(3_000)}\n/peers\n`)
    expect(await host.errorLine('[')).to.include('[VALUE_UNSENDABLE]')
    await host.line('(you)')
  })

  describe('take the password', () => {
    let host: Running
    let address = ''
    beforeEach(async () => {
      host = runHere(['pyile', 'host', '0', ...SECRET])
      address = await room(host)
    })
    afterEach(() => host[Symbol.asyncDispose]())

    it('from a file', async () => {
      await writeFile(join(folder, 'secret'), 'open sesame\r\nand a note\n')
      await using guest = runHere(['pyile', 'join', address, '--password-file', join(folder, 'secret')])
      await guest.line('you are in')
    })

    it('from the environment', async () => {
      const environment = { FRAMEWRIGHT_PASSWORD: 'open sesame' }
      await using guest = runHere(['pyile', 'join', address], { environment })
      await guest.line('you are in')
    })

    it('from the terminal, unseen, with corrections, and reads on behind it', async () => {
      const shown: boolean[] = []
      const asked = new Gate()
      await using guest = runHere(['pyile', 'join', address], {
        hidden: (on) => {
          shown.push(on)
          void asked.pass()
        },
      })
      await asked.reached
      for (const typed of ['opem', '\u007f', 'n ses', 'amee\b', '\rhello from there\n']) guest.type(typed)
      await guest.line('you are in')
      expect(await host.line('hello')).to.equal('guest: hello from there')
      guest.endInput()
      const { out, err } = await guest.ended
      expect(shown).to.deep.equal([true, false])
      expect(err).to.equal('password: \n')
      expect(out).to.not.include('sesame')
    })

    for (const [what, typed] of [
      ['Ctrl-C', 'open\u0003'],
      ['Ctrl-D', '\u0004'],
    ] as const) {
      it(`from the terminal, and end with 2 at ${what}`, async () => {
        const shown: boolean[] = []
        await using guest = runHere(['pyile', 'join', address], { hidden: (on) => void shown.push(on) })
        guest.type(typed)
        const { code, err } = await guest.ended
        expect([code, shown]).to.deep.equal([2, [true, false]])
        expect(err).to.include('no password was given')
      })
    }
  })

  it('speak over TLS, and sealed', async () => {
    const { key, cert } = await selfSigned()
    await Promise.all([
      writeFile(join(folder, 'key.pem'), key),
      writeFile(join(folder, 'cert.pem'), cert),
      writeFile(join(folder, 'seal'), 'correct horse battery staple\n'),
    ])
    const pem = (option: string, name: string): string[] => [`--${option}`, join(folder, name)]
    const tls = ['--tls', ...pem('cert', 'cert.pem'), ...pem('key', 'key.pem'), ...pem('ca', 'cert.pem')]
    for (const wire of [tls, pem('seal-file', 'seal')]) {
      await using host = runHere(['pyile', 'host', '0', ...SECRET, ...wire])
      const address = await room(host)
      await using guest = joined(address, 'bob', ...wire)
      await guest.line('you are in')
      guest.type('unheard\n')
      expect(await host.line('unheard')).to.equal('bob: unheard')
      host.type('as well\n')
      expect(await guest.line('as well')).to.equal('host: as well')
    }
    await using host = runHere(['pyile', 'host', '0', ...SECRET, ...pem('seal-file', 'seal')])
    const { code, err } = await joined(await room(host), 'eve').ended
    expect([code, err.includes('[FRAME_MALFORMED]')]).to.deep.equal([1, true])
  })

  const WRONG: readonly (readonly [args: readonly string[], err: string])[] = [
    [
      ['join', '4702'],
      'a password is missing; give --password-file FILE, --password TEXT or the variable FRAMEWRIGHT_PASSWORD',
    ],
    [['join'], '[HOST:]PORT is missing'],
    [['join', '4702', '--password', 'x', '--password-file', 'y'], 'choose one of --password and --password-file'],
    [['join', '4702', '--seal-file', 'x', '--framing', 'json'], '--seal-file needs --framing handshake'],
    [['join', '4702', '--framing', 'line'], '--framing wants one of json, handshake, not "line"'],
    [['join', '4702', '--ca', 'x'], '--ca and --insecure make sense with --tls only'],
    [
      ['join', '192.0.2.1:4702', ...SECRET],
      '--from is missing; give the address of this machine at which 192.0.2.1 finds it',
    ],
    [['host', ':4702', ...SECRET], '--advertise wants an IPv4 address at which others find this peer, not 0.0.0.0'],
    [['host', 'unix:/x', ...SECRET], '"unix:/x" is a unix socket, and this goes over TCP alone; write HOST:PORT'],
    [['join', 'unix:/x', ...SECRET], '"unix:/x" is a unix socket, and this goes over TCP alone'],
    [['host', 'localhost:0', ...SECRET], 'the own address wants an IPv4 address, not localhost'],
    [
      ['host', '0', '--alias', 'x'.repeat(300), ...SECRET],
      '--alias wants text of at most 256 bytes as JSON, not 302 bytes',
    ],
    [['host', '0', '--attempts', '0'], '--attempts wants a whole number from 1 to 1000000, not "0"'],
    [['host', '0', '--password', ''], 'the password is empty; everybody could come in'],
    [['host', '0', '--peer-port', 'x'], '--peer-port wants a whole number from 0 to 65535, not "x"'],
  ]
  for (const [args, expected] of WRONG) {
    it(`answer "${args.join(' ')}" with exit code 2 and one line`, async () => {
      const { code, out, err } = await runHere(['pyile', ...args]).ended
      expect([code, out]).to.deep.equal([2, ''])
      expect(err)
        .to.match(/^framewright: [^\n]*\n$/)
        .and.include(expected)
    })
  }

  it('end with 1 when a file cannot be read', async () => {
    const { code, err } = await runHere(['pyile', 'host', '0', '--password-file', join(folder, 'none')]).ended
    expect([code, err.includes('system: ENOENT) [FILE_FAILED]')]).to.deep.equal([1, true])
  })
})
