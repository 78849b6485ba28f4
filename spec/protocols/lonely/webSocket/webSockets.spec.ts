import { expect } from 'chai'
import { WebSocket } from 'ws'
import { selfSigned } from '@/core/index.js'
import { Subscriber } from '@/protocols/lonely/index.js'
import { codeOf } from '../../../support/codeOf.js'
import { LonelyStage, WatchedBroadcaster } from '../../../support/lonelyPair.js'
import { ManualClock } from '../../../support/manualClock.js'
import { RawPeer } from '../../../support/rawPeer.js'
import { rejection } from '../../../support/rejection.js'
import { turns } from '../../../support/turns.js'

const urlOf = ({ broadcaster }: LonelyStage): string => `ws://${broadcaster.webSocketAddress?.toString()}/v1/websocket`

const opened = async (stage: LonelyStage): Promise<WebSocket> => {
  const webSocket = new WebSocket(urlOf(stage))
  await new Promise((resolve) => webSocket.once('open', resolve))
  return webSocket
}

const ended = async ({ broadcaster }: LonelyStage): Promise<unknown> => {
  while (broadcaster.ends.length === 0) await turns()
  return broadcaster.ends.map(codeOf)
}

describe('WebSockets of a broadcaster', () => {
  for (const [what, say] of [
    ['a text message', 'hello'],
    ['an empty message', Buffer.alloc(0)],
  ] as const) {
    it(`end with ${what}`, async () => {
      await using stage = await LonelyStage.open('WebSocket')
      const webSocket = await opened(stage)
      webSocket.send(say)
      expect(await ended(stage)).to.deep.equal(['FRAME_MALFORMED'])
      webSocket.terminate()
    })
  }

  it('end with a message above maxMessageBytes', async () => {
    await using stage = await LonelyStage.open('WebSocket', { maxMessageBytes: 1_000 })
    const webSocket = await opened(stage)
    webSocket.on('error', () => {})
    webSocket.send(Buffer.alloc(1_001))
    await ended(stage)
    expect(stage.broadcaster.ends.map(codeOf)).to.deep.equal(['MESSAGE_TOO_LARGE'])
    webSocket.terminate()
  })

  it('end with bytes that are no frame', async () => {
    await using stage = await LonelyStage.open('WebSocket')
    await using peer = await RawPeer.connect(stage.broadcaster.webSocketAddress?.port ?? 0)
    const upgrade = [
      'GET /v1/websocket HTTP/1.1',
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ]
    peer.send(Buffer.from(`${upgrade.join('\r\n')}\r\n\r\n`)).send('83 80 00000000')
    expect(await ended(stage)).to.deep.equal(['FRAME_MALFORMED'])
  })

  it('are answered one ping at a time, and then the last that came', async () => {
    await using stage = await LonelyStage.open('WebSocket')
    const webSocket = await opened(stage)
    const pongs: string[] = []
    const last = new Promise<void>((resolve) =>
      webSocket.on('pong', (data) => {
        pongs.push(data.toString())
        if (data.toString() === '999') resolve()
      }),
    )
    for (let ping = 0; ping < 1_000; ping++) webSocket.ping(String(ping))
    await last
    expect(pongs[0]).to.equal('0')
    expect(pongs).to.have.length.below(1_000)
    webSocket.terminate()
  })

  it('live as long as they answer pings, and end when they do not', async () => {
    const clock = new ManualClock()
    await using stage = await LonelyStage.open('WebSocket', { clock, pingMs: 1_000, configureTimeoutMs: 0 })
    const webSocket = await opened(stage)
    for (let second = 0; second < 6; second++) {
      const pinged = second % 2 === 1 ? new Promise((resolve) => webSocket.once('ping', resolve)) : undefined
      clock.advance(1_000)
      await pinged
      await turns(20)
    }
    expect(stage.broadcaster.ends).to.deep.equal([])
    webSocket.pause()
    clock.advance(1_000)
    clock.advance(1_000)
    clock.advance(1_000)
    expect(await ended(stage)).to.deep.equal(['IDLE_TIMEOUT'])
    webSocket.terminate()
  })

  it('count against the limit of connections', async () => {
    await using stage = await LonelyStage.open('WebSocket', { connectionLimit: 1 })
    await stage.subscriber().connect()
    const second = stage.subscriber()
    expect(codeOf(await rejection(second.connect()))).to.be.oneOf([
      'CONFIGURE_REFUSED',
      'CONNECT_FAILED',
      'CONNECTION_RESET',
    ])
  })

  it('have the address of the other end', async () => {
    await using stage = await LonelyStage.open('WebSocket')
    await stage.subscriber().connect()
    const [connection] = stage.broadcaster.activeConnections.values()
    expect(connection?.remoteAddress).to.match(/^127\.0\.0\.1:\d+$/)
  })

  it('are not what plain HTTP or bytes of something else become, and such sockets do not outlive the server', async () => {
    await using stage = await LonelyStage.open('WebSocket')
    const port = stage.broadcaster.webSocketAddress?.port ?? 0
    await using http = await RawPeer.connect(port)
    http.send(Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'))
    expect((await http.read(12)).toString()).to.equal('HTTP/1.1 404')
    await using silent = await RawPeer.connect(port)
    await stage.broadcaster.close()
    await silent.ended
    expect(stage.broadcaster.ends).to.deep.equal([])
  })

  it('go over TLS with the certificate of the broadcaster, as TCP does', async () => {
    const { key, cert } = await selfSigned()
    await using stage = await LonelyStage.open('handshake framing', {
      tls: { key, cert },
      webSocket: { listen: '127.0.0.1:0' },
    })
    const port = stage.broadcaster.webSocketAddress?.port ?? 0
    const addresses = [`wss://localhost:${port}`, `localhost:${stage.broadcaster.address.port}`]
    for (const address of addresses) {
      await using subscriber = new Subscriber({ broadcasters: [address], tls: { ca: cert } })
      expect(await subscriber.notify('t', 'x')).to.equal(0)
      await using stranger = new Subscriber({ broadcasters: [address], tls: true })
      expect((await rejection(stranger.connect())).code, address).to.equal('TLS_FAILED')
    }
  })
})

describe('a broadcaster that cannot start', () => {
  it('says so, listens nowhere, and can be started when the port is free', async () => {
    await using stage = await LonelyStage.open('WebSocket')
    const taken = stage.broadcaster.webSocketAddress?.toString() ?? ''
    const set = { up: 0, down: 0 }
    const scheme = {
      setUp: () => void set.up++,
      tearDown: () => void set.down++,
      authorize: () => undefined,
      check: () => 'ok' as const,
    }
    await using second = new WatchedBroadcaster({
      listen: [0],
      webSocket: { listen: taken },
      auth: { toBroadcaster: scheme, toSubscriber: scheme },
    })
    expect(codeOf(await rejection(second.start()))).to.equal('ADDRESS_IN_USE')
    expect(second.addresses).to.deep.equal([])
    expect(set).to.deep.equal({ up: 1, down: 1 })
    await stage.broadcaster.close()
    await second.start()
    expect(second.webSocketAddress?.toString()).to.equal(taken)
    expect(codeOf(await rejection(second.start()))).to.equal('ALREADY_STARTED')
    await second.close()
    expect(set).to.deep.equal({ up: 2, down: 2 })
  })
})
