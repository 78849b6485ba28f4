import { expect } from 'chai'
import { assert, property, string } from 'fast-check'
import { escaped, html, trusted } from '@/pages/markup.js'

describe('markup', () => {
  it('escapes all text that is filled in, and no markup', () => {
    const inner = html`<b>${'<i>'}</b>`
    expect(html`<p title="${'" onload="x'}">${inner}${'&'}${[1, html`<br>`]}${undefined}</p>`.toString()).to.equal(
      '<p title="&quot; onload=&quot;x"><b>&lt;i&gt;</b>&amp;1<br></p>',
    )
  })

  it('shows characters that nobody sees by their number, so that no text turns round what stands beside it', () => {
    expect(escaped('a\u202eb\u0000c\ud800d\u2066e\u009ff\tg\nh')).to.equal(
      String.raw`a\u202eb\u0000c\ud800d\u2066e\u009ff` + '\tg\nh',
    )
  })

  it('refuses a template that fills in an attribute without quotes', () => {
    expect(() => html`<p id=${'x onload=y'}>`).to.throw(TypeError, 'between quotes')
  })

  it('holds no tag, quote or entity of any text', () => {
    assert(
      property(string({ unit: 'binary' }), (text) => {
        expect(escaped(text)).not.to.match(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/)
      }),
    )
  })

  it('takes its own text as it is only where that is said', () => {
    expect(html`${trusted('<hr>')}`.toString()).to.equal('<hr>')
  })
})
