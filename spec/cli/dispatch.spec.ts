import { expect } from 'chai'
import { HELP } from '@/cli/arguments.js'
import type { Command, Listed } from '@/cli/command.js'
import { COMMANDS } from '@/cli/commands.js'
import { runHere, runProcess } from '../support/cli.js'

const ended = (...args: string[]) => runHere(args).ended

describe('the command line', () => {
  it('lists every command but the hidden ones, and says how it exits', async () => {
    for (const args of [[], ['--help'], ['-h'], ['help'], ['help', 'help']]) {
      const { code, out, err } = await ended(...args)
      expect([code, err]).to.deep.equal([0, ''])
      for (const { name, summary, hidden } of COMMANDS) {
        expect(out.includes(`  ${name} `) && out.includes(summary), name).to.equal(hidden !== true)
      }
    }
  })

  it('help NAME shows what NAME --help does, also of a family, and hints where there is no such name', async () => {
    for (const name of ['send', 'files put', 'bench compare', 'files']) {
      const asked = await ended('help', ...name.split(' '))
      expect(asked).to.deep.equal(await ended(...name.split(' '), '--help'))
      expect([asked.code, asked.out.includes(`framewright ${name}`)]).to.deep.equal([0, true])
    }
    expect(await ended('help', 'sennd')).to.deep.equal({
      code: 2,
      out: '',
      err: 'framewright: there is no command "sennd"; did you mean "send"?\n',
    })
  })

  it('tells its version', async () => {
    expect((await ended('--version')).out).to.match(/^\d+\.\d+\.\d+\n$/)
  })

  for (const { name } of COMMANDS) {
    it(`${name} --help shows its options and examples, at most 100 columns wide, and touches nothing`, async () => {
      const { code, out, err } = await ended(...name.split(' '), '--help')
      expect([code, err]).to.deep.equal([0, ''])
      expect(out).to.include(`framewright ${name}`).and.include('Options').and.include('Examples').and.include('--help')
      for (const line of out.split('\n')) expect(line.length, line).to.be.at.most(100)
    })

    it(`${name} answers an unknown option with exit code 2, one line, and a hint`, async () => {
      const { code, out, err } = await ended(...name.split(' '), '--jsonn')
      expect([code, out]).to.deep.equal([2, ''])
      expect(err).to.match(/^framewright: unknown option --jsonn; .*\n$/)
    })
  }

  it('loads no command but the one that was typed', async () => {
    const loaded: string[] = []
    const listed = (name: string): Listed => ({
      name,
      summary: `is ${name}`,
      load: async () => {
        loaded.push(name)
        return { options: HELP, examples: [], run: async () => 0 }
      },
    })
    const commands = [listed('one'), listed('two'), listed('two more')]
    for (const args of [['--help'], ['--version'], ['two', 'much'], ['three']]) await runHere(args, { commands }).ended
    expect(loaded).to.deep.equal(['two'])
  })

  it('does not begin what was stopped while it was being loaded', async () => {
    let begun = false
    const command: Command = {
      options: HELP,
      examples: [],
      run: async () => {
        begun = true
        return 0
      },
    }
    const load = async (): Promise<Command> => {
      await Promise.resolve()
      run.stop()
      return command
    }
    await using run = runHere(['one'], { commands: [{ name: 'one', summary: 'is one', load }] })
    expect(await run.ended).to.deep.equal({
      code: 1,
      out: '',
      err: 'framewright: stopped before it was done, as it was told to [ABORTED]\n',
    })
    expect(begun).to.equal(false)
  })

  it('answers in one line without control characters, whatever was typed', async () => {
    const { code, err } = await ended('listen', '--a\u001b[31m\nb')
    expect([code, err]).to.deep.equal([
      2,
      String.raw`framewright: unknown option --a\u001b[31m\u000ab; see framewright listen --help` + '\n',
    ])
  })

  const WRONG: readonly (readonly [args: string, err: string])[] = [
    ['lisen 4000', 'there is no command "lisen"; did you mean "listen"?'],
    ['xyzzy', 'there is no command "xyzzy"; see framewright --help'],
    ['files', '"files" is not a whole command; try one of "files serve", "files put", "files get"'],
    ['files putt', 'there is no command "files putt"; did you mean "files put"?'],
    ['listen', '[HOST:]PORT is missing; see framewright listen --help'],
    ['listen 4000 4001', 'unexpected argument "4001"; see framewright listen --help'],
    [
      'listen nowhere',
      '"nowhere" is no address: it has no port; write HOST:PORT, PORT, :PORT, [IPV6]:PORT, tcp://HOST:PORT or unix:PATH',
    ],
    [
      'listen 70000',
      '"70000" is no address: the port is out of range; give a whole number from 1 to 65535, or 0 to listen on any',
    ],
    ['listen 0 --ecco', 'unknown option --ecco; did you mean --echo?'],
    ['listen 0 -x', 'unknown option -x; see framewright listen --help'],
    ['listen 0 --limit', "Option '--limit <value>' argument missing; see framewright listen --help"],
    ['send 1 --count -1', '--count wants a value; if -1 is that, write --count=-1'],
    ['send 1 --text --json', '--text wants a value; if --json is that, write --text=--json'],
    ['listen 0 --limit 0', '--limit wants a whole number from 1 to 1000000, not "0"; see framewright listen --help'],
    [
      'listen 0 --max-message 1.5',
      '--max-message wants a number of bytes from 1 to 4043309055, not "1.5"; such as 500, 64K or 8M',
    ],
    [
      'listen 0 --max-message 4G',
      '--max-message wants a number of bytes from 1 to 4043309055, not "4G"; such as 500, 64K or 8M',
    ],
    [
      'listen 0 --framing morse',
      '--framing wants one of handshake, length, line, json, not "morse"; see framewright listen --help',
    ],
    ['listen 0 --cert a.pem', '--cert makes sense with --tls only; see framewright listen --help'],
    ['listen 0 --tls --key a.pem', '--cert and --key go together; see framewright listen --help'],
    ['send 1 --text a --size 1', '--text, --file and --size exclude each other; see framewright send --help'],
    ['send 1 --insecure', '--ca and --insecure make sense with --tls only; see framewright send --help'],
    ['send 1 --count x', '--count wants a whole number from 1 to 1000000000, not "x"; see framewright send --help'],
    ['send 0', '"0" is no address: port 0 is for listening only; connect to the port that the server was given'],
    [
      'files get h:0:a b',
      '"h:0" is no address: port 0 is for listening only; connect to the port that the server was given',
    ],
    ['files put a', 'HOST:PORT:REMOTE is missing; see framewright files put --help'],
    ['files put a b', '"b" is no file at a server; write HOST:PORT:PATH'],
    ['files get h:x:y b', '"h:x:y" has no port; write HOST:PORT:PATH, so that the path may have colons'],
    ['files get h:1: b', '"h:1:" names no file; write HOST:PORT:PATH'],
    ['files put a 4001:x', '"4001:x" has digits alone for a host; write HOST:PORT:PATH, such as 127.0.0.1:4001:x'],
    [
      'files put a 4001:5:x',
      '"4001:5:x" has digits alone for a host; write HOST:PORT:PATH, such as 127.0.0.1:4001:5:x',
    ],
    ['lonely notify ws://4001/v1 a --text b', '"ws://4001/v1" has digits alone for a host; write ws://HOST:PORT/PATH'],
    ...['send 4001:5', 'send tcp://4001:5', 'listen 4001:5', 'lonely notify 4001:5 a --text b'].map((typed) => {
      const [, address] = /(\S*4001:5)/.exec(typed) ?? []
      const hint = 'write HOST:PORT, such as 127.0.0.1:4001, or PORT alone for this machine'
      return [typed, `"${address}" has digits alone for a host; ${hint}`] as const
    }),
    ['chat join', 'ADDRESS is missing; see framewright chat join --help'],
    ['tour now', 'unexpected argument "now"; see framewright tour --help'],
  ]
  for (const [args, err] of WRONG) {
    it(`"${args}" exits with 2 and says why`, async () => {
      expect(await ended(...args.split(' '))).to.deep.equal({ code: 2, out: '', err: `framewright: ${err}\n` })
    })
  }

  it('lists the commands of a family', async () => {
    const { code, out } = await ended('files', '--help')
    expect(code).to.equal(0)
    expect(out).to.include('files serve').and.include('files get').and.not.include('chat join')
  })

  it('exits with 1 and one line that says what to do when something fails', async () => {
    const { code, out, err } = await ended('send', '127.0.0.1:1')
    expect([code, out]).to.deep.equal([1, ''])
    expect(err).to.match(/^framewright: nobody listens .* \[CONNECT_REFUSED\]; start a server there, .*\n$/)
  })

  it('does all this as a process, too', async () => {
    await using wrong = runProcess(['listen', '0', '--ecco'])
    await using help = runProcess(['files', 'put', '--help'])
    expect(await wrong.ended).to.deep.equal({
      code: 2,
      out: '',
      err: 'framewright: unknown option --ecco; did you mean --echo?\n',
    })
    const { code, out } = await help.ended
    expect([code, out.split('\n', 1)[0]]).to.deep.equal([0, 'framewright files put LOCAL HOST:PORT:REMOTE [options]'])
  }).timeout(15_000)
})
