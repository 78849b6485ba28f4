import { expect } from 'chai'
import { socketsIn } from '@/lab/experiments/frame/kernelSockets.js'

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                   '
const LISTENS =
  '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 7001 1 0 100 0 0 10 0'
const SERVED =
  '   1: 0100007F:1F90 0100007F:C001 01 00000010:00000000 01:00000014 00000000     0        0 7002 2 0 20 4 30 10 -1'
const CONNECTED =
  '   2: 0100007F:C001 0100007F:1F90 01 00000000:00000020 02:000017AF 00000000     0        0 7003 2 0 20 4 30 10 -1'
const OTHER = '   3: 0100007F:0050 0100007F:C002 06 00000000:00000000 03:00001388 00000000     0        0 0 3 0'

describe("the system's table of sockets", () => {
  it('is read for one port: who listens there and both ends of a connection, with queues and timers', () => {
    expect(socketsIn([HEAD, LISTENS, SERVED, CONNECTED, OTHER, ''].join('\n'), 8080)).to.deep.equal([
      { localPort: 8080, remotePort: 0, state: 'LISTEN', sendQueueBytes: 0, receiveQueueBytes: 0, timerMs: 0 },
      {
        localPort: 8080,
        remotePort: 49153,
        state: 'ESTABLISHED',
        sendQueueBytes: 16,
        receiveQueueBytes: 0,
        timerMs: 200,
      },
      {
        localPort: 49153,
        remotePort: 8080,
        state: 'ESTABLISHED',
        sendQueueBytes: 0,
        receiveQueueBytes: 32,
        timerMs: 60_630,
      },
    ])
  })

  it('may show a socket twice when it changes while it is read, and counts it once', () => {
    const again = SERVED.replace('   1:', '   9:')
    expect(socketsIn([HEAD, LISTENS, SERVED, CONNECTED, again, ''].join('\n'), 8080)).to.have.lengthOf(3)
  })
})
