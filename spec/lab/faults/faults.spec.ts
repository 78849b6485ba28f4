import { expect } from 'chai'
import * as fc from 'fast-check'
import { FAULT_FORMS } from '@/lab/faults/faultForms.js'
import { parseFault } from '@/lab/faults/parseFault.js'
import { FaultBench } from '../../support/faultBench.js'
import { toHex } from '../../support/hex.js'
import { turns } from '../../support/turns.js'

const HANDSHAKE = { dialect: 'handshake' } as const
/** "hi", the empty message and "!!!", with the opening before them. */
const TALK = 'ff 00000002 6869 00000000 00000003 212121'

describe('latency', () => {
  it('hands on each chunk so many ms after it came, and none waits for the one before', async () => {
    const bench = new FaultBench(['latency:20'])
    await bench.say('01')
    await bench.pass(5)
    await bench.say('02')
    await bench.pass(20)
    expect(bench.up).to.deep.equal([
      [20, '01'],
      [25, '02'],
    ])
  })

  it('with jitter stays between the bounds, differs, keeps the order, and is the same for the same seed', async () => {
    const run = async (seed: number): Promise<readonly (readonly [number, string])[]> => {
      const bench = new FaultBench(['latency:20±5'], { seed })
      for (let at = 1; at <= 8; at++) {
        await bench.say(`0${at}`)
        await bench.pass(30)
      }
      return bench.up
    }
    const up = await run(42)
    expect(up.map(([, what]) => what).join('')).to.equal('0102030405060708')
    const delays = up.map(([atMs], at) => atMs - at * 30)
    for (const delay of delays) expect(delay).to.be.within(15, 26) // the clock goes by whole milliseconds
    expect(new Set(delays).size).to.be.above(2)
    expect(await run(42)).to.deep.equal(up)
    expect(await run(43)).to.not.deep.equal(up)
  })

  it('adds up when there are two', async () => {
    const bench = new FaultBench(['latency:20', 'latency:5'])
    await bench.say('01')
    await bench.pass(30)
    expect(bench.up).to.deep.equal([[25, '01']])
  })

  it('/frame draws once for a frame, however many chunks it comes in', async () => {
    const bench = new FaultBench(['latency:50±40/frame'], { ...HANDSHAKE, seed: 7 })
    for (const bytes of ['ff', '00 00', '00 04', '61 62', '63 64']) await bench.say(bytes)
    await bench.pass(100)
    const times = bench.up.map(([atMs]) => atMs)
    expect(bench.got).to.deep.equal(['ff', '0000', '0004', '6162', '6364'])
    expect(new Set(times.slice(1)).size).to.equal(1)
  })
})

describe('bandwidth', () => {
  it('lets so many bytes a second pass, in pieces of a fiftieth of a second', async () => {
    const bench = new FaultBench(['bandwidth:100'])
    await bench.say('01020304 05')
    await bench.pass(60)
    expect(bench.up).to.deep.equal([
      [20, '0102'],
      [40, '0304'],
      [50, '05'],
    ])
  })

  it('/frame lets so many frames a second be whole, and openings and answers pass', async () => {
    const bench = new FaultBench(['bandwidth:100/frame'], HANDSHAKE)
    await bench.say(TALK)
    await bench.pass(40)
    expect(bench.up).to.deep.equal([
      [0, 'ff'],
      [0, '00000002'],
      [10, '6869'],
      [20, '00000000'],
      [20, '00000003'],
      [30, '212121'],
    ])
  })
})

describe('slice', () => {
  it('cuts each chunk into pieces of that many bytes, and joins nothing', async () => {
    const bench = new FaultBench(['slice:3'])
    await bench.say('01020304050607')
    await bench.say('08')
    expect(bench.got).to.deep.equal(['010203', '040506', '07', '08'])
  })

  it('draws the size of each piece between the bounds from the seed', async () => {
    const bench = new FaultBench(['slice:1..7'], { seed: 42 })
    await bench.say('00'.repeat(60))
    const sizes = bench.got.map((piece) => piece.length / 2)
    expect(sizes.reduce((sum, size) => sum + size)).to.equal(60)
    for (const size of sizes) expect(size).to.be.within(1, 7)
    expect(new Set(sizes).size).to.be.above(3)
    const again = new FaultBench(['slice:1..7'], { seed: 42 })
    await again.say('00'.repeat(60))
    expect(again.got).to.deep.equal(bench.got)
    const other = new FaultBench(['slice:1..7'], { seed: 42, conversation: 1 })
    await other.say('00'.repeat(60))
    expect(other.got).to.not.deep.equal(bench.got)
  })
})

describe('stall', () => {
  it('holds everything back at its place, once, and hands it on in order', async () => {
    const bench = new FaultBench(['stall:10@3'])
    await bench.say('0102')
    await bench.say('0304')
    await bench.pass(4)
    await bench.say('05')
    await bench.end()
    await bench.pass(10)
    expect(bench.up).to.deep.equal([
      [0, '0102'],
      [0, '03'],
      [10, '04'],
      [10, '05'],
      [10, 'end'],
    ])
    expect(bench.notes).to.deep.equal(['stall:10@3 holds everything back for 10 ms'])
  })

  it('counts whole frames, and bytes of the next, when told to', async () => {
    const bench = new FaultBench(['stall:10@1f+5/up'], HANDSHAKE)
    await bench.say('ff 00000000 ff 00000004 61626364')
    expect(bench.got).to.deep.equal(['ff', '00000000', 'ff', '00000004', '61'])
    await bench.pass(10)
    expect(bench.got.slice(5)).to.deep.equal(['626364'])
  })

  it('for ever ends when the fault is taken away', async () => {
    const bench = new FaultBench(['stall:forever'])
    await bench.say('0102')
    await bench.pass(1_000)
    expect(bench.up).to.deep.equal([])
    bench.pair.relay.faults = []
    await bench.say('03')
    expect(bench.got).to.deep.equal(['0102', '03'])
  })
})

describe('limit', () => {
  it('ends the connection in good order at both ends when so much has passed', async () => {
    const bench = new FaultBench(['limit@3/up'])
    await bench.answer('aa')
    await bench.say('01020304')
    expect(bench.got).to.deep.equal(['010203', 'end'])
    expect(bench.down.map(([, what]) => what)).to.deep.equal(['aa', 'end'])
    bench.pair.opener.end()
    bench.pair.acceptor.end()
    expect(await bench.pair.relay.over).to.equal(undefined)
  })

  it('can end it behind whole frames', async () => {
    const bench = new FaultBench(['limit@2f/up'], HANDSHAKE)
    await bench.say(TALK)
    expect(bench.got.join('')).to.equal('ff00000002686900000000end')
  })

  it('cuts off an end that does not end after lingerMs', async () => {
    const bench = new FaultBench(['limit@0/up'], { lingerMs: 30 })
    await bench.pass(31)
    expect(bench.pair.opener.readableEnded).to.equal(true)
    expect(await bench.pair.relay.over).to.equal(undefined)
  })
})

describe('reset', () => {
  it('resets both ends at its place', async () => {
    const bench = new FaultBench(['reset@2f+6/up'], HANDSHAKE)
    await bench.say(TALK)
    expect(bench.got).to.deep.equal(['ff', '00000002', '6869', '00000000', '00000003', '2121', 'reset'])
    expect(bench.down).to.deep.equal([[0, 'reset']])
  })

  it('comes before the first byte when it has no place', async () => {
    const bench = new FaultBench(['reset'])
    await turns(3)
    expect([bench.up, bench.down]).to.deep.equal([[[0, 'reset']], [[0, 'reset']]])
  })
})

describe('half-close', () => {
  it('ends one direction at its place while the other goes on', async () => {
    const bench = new FaultBench(['half-close@2/up'])
    await bench.say('010203')
    await bench.answer('aabb')
    await bench.say('04')
    expect(bench.got).to.deep.equal(['0102', 'end'])
    expect(bench.down).to.deep.equal([[0, 'aabb']])
    expect(bench.notes).to.deep.equal([
      'half-close@2/up ends this direction',
      'half-close@2/up swallows 1 byte',
      'half-close@2/up swallows 1 byte',
    ])
  })
})

describe('slow-close', () => {
  it('hands on the end of the stream later, and all else at once', async () => {
    const bench = new FaultBench(['slow-close:30'])
    await bench.say('01')
    await bench.end()
    await bench.pass(40)
    expect(bench.up).to.deep.equal([
      [0, '01'],
      [30, 'end'],
    ])
  })

  it('hands on a reset later, too', async () => {
    const bench = new FaultBench(['slow-close:30'])
    bench.pair.opener.destroy(new Error('broken'))
    await turns(20)
    await bench.pass(40)
    expect(bench.up).to.deep.equal([[30, 'reset']])
  })
})

describe('black-hole', () => {
  it('lets nothing pass from its place on, not even the end, and the other way goes on', async () => {
    const bench = new FaultBench(['black-hole@1/up'])
    await bench.say('0102')
    await bench.end()
    await bench.answer('aa')
    await bench.pass(100)
    expect(bench.up).to.deep.equal([[0, '01']])
    expect(bench.down).to.deep.equal([[0, 'aa']])
    expect(bench.notes).to.deep.equal([
      'black-hole@1/up swallows 1 byte',
      'black-hole@1/up swallows the end of the stream',
    ])
  })

  it('swallows a reset', async () => {
    const bench = new FaultBench(['black-hole/up'])
    bench.pair.opener.destroy(new Error('broken'))
    await turns(20)
    expect(bench.up).to.deep.equal([])
    expect(bench.notes).to.deep.equal(['black-hole/up swallows a reset'])
  })
})

describe('corrupt', () => {
  it('makes the byte at its place another, and only that one', async () => {
    const bench = new FaultBench(['corrupt@2'], { seed: 3 })
    await bench.say('01 02 03 04 05')
    expect(bench.got.join('')).to.match(/^0102(?!03)[0-9a-f]{2}0405$/)
    const [, byte = ''] = /^0102(..)/.exec(bench.got.join('')) ?? []
    expect(bench.notes).to.deep.equal([`corrupt@2 turns 03 into ${byte}`])
  })

  it('makes it what is asked for, and in frames hits a frame, not an answer', async () => {
    const bench = new FaultBench(['corrupt:7f@1f/up'], HANDSHAKE)
    await bench.say('ff 00000000 ff 00000001 61')
    expect(bench.got.join('')).to.equal('ff00000000ff7f00000161')
  })
})

describe('duplicate-ok and drop-ok', () => {
  const ANSWERS = 'ff ffff 00000001 ff ff ff'

  it('double the OK with that number, and neither the opening nor a payload of ff', async () => {
    const bench = new FaultBench(['duplicate-ok@1'], HANDSHAKE)
    await bench.say(ANSWERS)
    expect(bench.got).to.deep.equal(['ff', 'ffffff', '00000001', 'ff', 'ffff'])
    expect(bench.notes).to.deep.equal(['duplicate-ok@1 doubles 1 OK'])
  })

  it('drop as many as told, across chunks', async () => {
    const bench = new FaultBench(['drop-ok:2@1'], HANDSHAKE)
    await bench.say(ANSWERS)
    expect(bench.got).to.deep.equal(['ff', 'ff', '00000001', 'ff', 'ff'])
  })

  it('hand on other answers', async () => {
    const bench = new FaultBench(['drop-ok:9'], HANDSHAKE)
    await bench.say('ff fd ff')
    expect(bench.got).to.deep.equal(['ff', 'fd'])
  })
})

describe('every fault', () => {
  const KEEPING = [
    'latency:3±2',
    'latency:3±2/frame',
    'bandwidth:4000',
    'bandwidth:900/frame',
    'slice:1..5',
    'stall:3@7',
  ]
  const OTHERS = ['slow-close:2', 'stall:2@1f+2', 'slice:2', 'bandwidth:1K', 'latency:1/down']

  it('that loses nothing hands on every byte in order and then the end, alone and after others', async () => {
    const faults = fc.uniqueArray(fc.constantFrom(...KEEPING, ...OTHERS), { maxLength: 4 })
    const talk = fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(faults, talk, fc.integer(), async (names, chunks, seed) => {
        const bench = new FaultBench(names, { ...HANDSHAKE, seed })
        for (const chunk of chunks) if (chunk.length > 0) bench.pair.opener.write(chunk)
        bench.pair.opener.end()
        for (let passed = 0; passed < 600 && bench.got.at(-1) !== 'end'; passed += 5) {
          bench.clock.advance(5)
          await turns(6)
        }
        expect(bench.got.join('')).to.equal(`${toHex(Buffer.concat(chunks))}end`)
      }),
      { numRuns: 40 },
    )
  })

  it('has a name that is read back as the same fault', () => {
    for (const text of [
      'latency:20±5/frame/up',
      'latency:0',
      'bandwidth:65536',
      'bandwidth:10/frame/down',
      'slice:1..7',
      'slice:3/up',
      'stall:forever@2f+6',
      'stall:500',
      'limit@0',
      'limit@3f',
      'reset',
      'reset@17/down',
      'half-close@1f',
      'slow-close:1000',
      'black-hole@4',
      'corrupt:0a@2f+1',
      'corrupt',
      'duplicate-ok:2@3',
      'drop-ok',
    ]) {
      expect(parseFault(text).name).to.equal(text)
    }
    expect(parseFault('latency:20+-5').name).to.equal('latency:20±5')
    expect(parseFault('bandwidth:64K').name).to.equal('bandwidth:65536')
  })

  it('has a form of its own name and one line of help', () => {
    for (const [name, { form, help }] of Object.entries(FAULT_FORMS)) {
      expect(form.startsWith(name), form).to.equal(true)
      expect(help).to.match(/^[^\n]{10,70}$/)
    }
  })
})
