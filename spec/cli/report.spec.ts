import { expect } from 'chai'
import { Report } from '@/cli/report.js'

describe('what a command reports', () => {
  const told = (json: boolean, name: string): string => {
    let text = ''
    const stdout = { write: (more: string) => void (text += more) }
    new Report({ stdout }, json).tell('peer', { name }, 'a sentence')
    return text
  }

  it('is one object a line, in which no character acts on a terminal, and that means the same', () => {
    const name = 'a\u001b[2J\u0007\u007f\u009b31m\u202egnp.\u2028é☃𝄞'
    const line = told(true, name)
    expect(line).to.match(/^[^\p{Cc}\p{Zl}\u202e]+\n$/u)
    expect(JSON.parse(line)).to.deep.equal({ event: 'peer', name })
    expect(line).to.include('é☃𝄞')
  })

  it('is a sentence for people', () => {
    expect(told(false, 'a')).to.equal('a sentence\n')
  })
})
