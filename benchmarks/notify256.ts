/**
 * Question: what does a small notification of the lonely protocol cost to write and to read, against MQTT's?
 * Unit: messages a second through `serialize` and `parse`; the promises are ratios of rates of the same round.
 * Sizes: 256 B, minimal headers, the digest made beforehand as a sender has it; reading verifies it.
 * Baseline: `mqtt-packet`, the codec of the usual MQTT client, for a PUBLISH of QoS 1 with the same topic and payload.
 */
import type * as MqttPacket from 'mqtt-packet'
import { codecs, type MessageOf, parseToBroadcaster, serialize, sha512 } from 'framewright/lonely'
import { duel, patternAt, type Question, ratios } from 'framewright/bench'
import { repeated } from './repeated.js'

const BYTES = 256
const AMOUNTS = {
  full: { rounds: 12, seconds: 6 },
  quick: { rounds: 6, seconds: 1.5 },
  trial: { rounds: 1, seconds: 0.02 },
}

const TOPIC = 'house/kitchen/temperature'
const PAYLOAD = patternAt(1, BYTES)
const NOTIFY: MessageOf<'NOTIFY'> = {
  type: 'NOTIFY',
  tracing: Buffer.alloc(0),
  identifier: Buffer.from('0001', 'hex'),
  topic: Buffer.from(TOPIC),
  sha512: sha512(PAYLOAD),
  payload: PAYLOAD,
}
const NOTIFY_BYTES = serialize(NOTIFY)
const RECEIVE_BYTES = serialize({
  type: 'RECEIVE_STREAM',
  tracing: NOTIFY.tracing,
  identifier: NOTIFY.identifier,
  partId: 0n,
  start: { topic: NOTIFY.topic, compressedLength: BigInt(BYTES), sha512: NOTIFY.sha512 },
  payload: PAYLOAD,
})
const PUBLISH = {
  cmd: 'publish',
  topic: TOPIC,
  payload: PAYLOAD,
  qos: 1,
  messageId: 1,
  dup: false,
  retain: false,
} as const

const publishSize = ({ parser }: typeof MqttPacket, bytes: Buffer): (() => number) => {
  let size = 0
  const reading = parser()
  reading.on('packet', (packet) => {
    size = packet.cmd === 'publish' ? packet.payload.length : 0
  })
  return () => {
    size = 0
    reading.parse(bytes)
    return size
  }
}

export const notify256: Question = {
  name: 'notify256',
  asks: 'What does a notification of 256 bytes cost to write and to read, against MQTT?',
  longOnly: true,
  seconds: { full: 55, quick: 10 },
  needs: ['benchmark', 'mqtt-packet'],
  answer: async (plan) => {
    const mqtt = await import('mqtt-packet')
    const published = mqtt.generate(PUBLISH)
    const { rounds, seconds } = AMOUNTS[plan.pace]
    const works = [
      repeated('NOTIFY, serialize', NOTIFY_BYTES.length, () => serialize(NOTIFY).length),
      repeated('PUBLISH, mqtt-packet generate', published.length, () => mqtt.generate(PUBLISH).length),
      repeated('NOTIFY, parse and verify', BYTES, () => {
        const message = parseToBroadcaster(NOTIFY_BYTES)
        return message.type === 'NOTIFY' ? message.payload.length : 0
      }),
      repeated('PUBLISH, mqtt-packet parse', BYTES, publishSize(mqtt, published)),
      repeated('RECEIVE_STREAM, parse', BYTES, () => codecs.RECEIVE_STREAM.parse(RECEIVE_BYTES).payload.length),
    ]
    const figures = await duel(works, rounds, seconds, plan)
    const [writing = [], theirWriting = [], reading = [], theirReading = []] = figures.map(({ samples }) => samples)
    return {
      figures,
      promised: [
        { name: 'serialize over generate', goal: { atLeast: 1 }, unit: '', samples: ratios(writing, theirWriting) },
        { name: 'parse over parse', goal: { atLeast: 1 }, unit: '', samples: ratios(reading, theirReading) },
      ],
    }
  },
}
