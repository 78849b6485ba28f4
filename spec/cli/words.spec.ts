import { expect } from 'chai'
import { byteCount, counted, duration, grouped, pace } from '@/cli/amounts.js'
import { bytesFrom } from '@/cli/arguments.js'
import { COMMANDS } from '@/cli/commands.js'
import { failureLine } from '@/cli/failure.js'
import { nearest } from '@/cli/nearest.js'
import { plainText } from '@/cli/plainText.js'
import { ProgressBar } from '@/cli/progressBar.js'
import { type Code, CODES, TransportError } from '@/errors.js'

const isCode = (text: string): text is Code => Object.hasOwn(CODES, text)

describe('what the command line says', () => {
  it('writes amounts as people read them', () => {
    const bytes = [0, 1_023, 1_024, 1_536, 65_536, 1_048_576, 8_388_615, 1_073_741_824, 4_043_309_055]
    expect(bytes.map(byteCount)).to.deep.equal([
      '0 B',
      '1023 B',
      '1 KiB',
      '1.5 KiB',
      '64 KiB',
      '1 MiB',
      '8.0 MiB',
      '1 GiB',
      '3.8 GiB',
    ])
    expect([0.5, 9.996, 310.4, 1_300].map(duration)).to.deep.equal(['0.50 ms', '10.00 ms', '310 ms', '1.3 s'])
    expect([1, 1_234, 1_234_567].map(grouped)).to.deep.equal(['1', '1,234', '1,234,567'])
    expect([counted(1, 'message'), counted(2_000, 'message')]).to.deep.equal(['1 message', '2,000 messages'])
    expect(pace(5_000_000, 1_000)).to.equal('5.0 MB/s')
  })

  it('reads amounts as people write them', () => {
    const read = ['0', '500', '64K', '64k', '8MiB', '1G'].map((text) => bytesFrom(text, '--size', 0, 2 ** 40))
    expect(read).to.deep.equal([0, 500, 65_536, 65_536, 8_388_608, 1_073_741_824])
    for (const text of ['', 'K', '-1', '1.5M', '1T', ' 1', '0x10', '1e3']) {
      expect(() => bytesFrom(text, '--size', 0, 100), text).to.throw('--size wants a number of bytes')
    }
  })

  it('guesses what was meant, when that is near', () => {
    const names = ['listen', 'send', 'tour']
    expect(['lisen', 'sned', 'tou', 'li', 'xyzzy', ''].map((typed) => nearest(typed, names))).to.deep.equal([
      'listen',
      undefined,
      'tour',
      'listen',
      undefined,
      undefined,
    ])
  })

  it('prints nothing that could move the cursor', () => {
    expect(plainText('a\u001b[2Jb\nc\u202ed\u009b')).to.equal('a\\u001b[2Jb\\u000ac\\u202ed\\u009b')
  })

  it('says in one line what went wrong', () => {
    expect(failureLine(new TransportError('ADDRESS_IN_USE', { address: '127.0.0.1:1' }))).to.equal(
      'another program already listens at that address (address: 127.0.0.1:1) [ADDRESS_IN_USE]; choose another port, or 0 for any that is free',
    )
    const idle = new TransportError('IDLE_TIMEOUT')
    expect(failureLine(idle, { echo: { type: 'boolean', help: '' } })).to.include('--echo')
    expect(failureLine(idle)).to.match(/; the other end fell silent$/)
    expect(failureLine(new Error('one\ntwo'))).to.equal('one')
    expect(failureLine('text')).to.equal('text')
  })

  it('advises nothing with options that the command does not have', async () => {
    const codes = Object.keys(CODES).filter(isCode)
    for (const { name, load } of COMMANDS) {
      const { options } = await load()
      for (const code of codes) {
        const line = failureLine(new TransportError(code), options)
        for (const [, option = ''] of line.matchAll(/--([a-z-]+)/g))
          expect(options, `${name}: ${line}`).to.have.property(option)
      }
    }
  })

  it('tells a unix socket from a port, and TLS from other strangers', () => {
    const line = (code: Code, detail: TransportError['detail']): string =>
      failureLine(new TransportError(code, detail), { tls: { type: 'boolean', help: '' } })
    for (const [failure, words] of [
      [line('LISTEN_FAILED', { address: 'unix:/none/x', system: 'EACCES' }), 'check that its folder is there'],
      [line('LISTEN_FAILED', { address: '127.0.0.1:80', system: 'EACCES' }), 'ports below 1024'],
      [line('LISTEN_FAILED', { address: '192.0.2.1:0', system: 'EADDRNOTAVAIL' }), 'an address of this machine'],
      [line('ADDRESS_IN_USE', { address: 'unix:x' }), 'choose another path'],
      [line('OPENING_UNEXPECTED', { looksLike: 'a TLS alert' }), 'the other end speaks TLS; both ends want --tls'],
    ] as const) {
      expect(failure).to.include(words)
    }
  })

  describe('while a transfer goes on', () => {
    const bar = (isTTY: boolean) => {
      let nowMs = 0
      let text = ''
      const output = { isTTY, columns: 80, write: (more: string) => void (text += more) }
      const progress = new ProgressBar(output, () => nowMs)
      return {
        at: (ms: number, done: number): string => {
          nowMs = ms
          text = ''
          progress.update(done, 10_000_000)
          return text
        },
        end: (): string => {
          text = ''
          progress.end()
          return text
        },
      }
    }

    it('a terminal sees a bar once it has taken a second, at most ten times a second, and no more at its end', () => {
      const { at, end } = bar(true)
      expect(at(999, 1_000_000)).to.equal('')
      const line = at(1_000, 2_500_000)
      expect(line).to.equal('\r\u001b[K[#######.......................] 25 %  2.4 MiB of 9.5 MiB  2.5 MB/s  3.0 s left')
      expect(line.length - 4).to.be.at.most(80)
      expect(at(1_099, 2_600_000)).to.equal('')
      expect(at(1_100, 2_700_000)).to.include('27 %')
      expect(end()).to.equal('\r\u001b[K')
      expect(end()).to.equal('')
    })

    it('anything else sees nothing', () => {
      const { at, end } = bar(false)
      expect(at(5_000, 2_500_000) + end()).to.equal('')
    })
  })
})
