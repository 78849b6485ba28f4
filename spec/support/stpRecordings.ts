import { readFileSync } from 'node:fs'
import { hex } from './hex.js'

/** A key pair of the recordings; the published one is, as in the originals, private. */
export interface RecordedKey {
  readonly session: string
  readonly published_public_key_hex: string
  readonly private_key_pem: string
  readonly user: string
}

/** What the receiver made of a packet: the original, or what a robust one should. */
export interface RecordedFate {
  readonly accepted: boolean
  readonly routed_to: readonly string[]
  readonly data?: unknown
  readonly protocol?: 'UDP' | 'TCP'
}

export interface StpCase {
  readonly name: string
  readonly description: string
  readonly steps: readonly { readonly from: 'udp' | 'client'; readonly hex: string }[]
  readonly meta: {
    /** Made by hand, by nobody's program. */
    readonly crafted?: boolean
    readonly sender_call?: {
      readonly method: string
      readonly namespace?: string
      readonly data?: unknown
      readonly pass_pub_key?: boolean
    }
    readonly receiver?: RecordedFate
    readonly reference?: RecordedFate
    readonly implementation_should?: string
    readonly header?: Readonly<Record<string, unknown>>
    readonly header_size?: number
    readonly body_text?: string | null
    readonly body_plaintext?: string
    readonly aes_key?: string
    readonly nonce?: string
    readonly reply?: { readonly header_size: number }
  }
}

interface StpFile {
  readonly keys: Readonly<Record<'listener' | 'sender' | 'sender_other_variant' | 'self_listener', RecordedKey>>
  readonly cases: readonly StpCase[]
}

const parsed: StpFile = JSON.parse(readFileSync('spec/vectors/stp.json', 'utf8'))

export const STP_KEYS = parsed.keys
export const STP_CASES = parsed.cases

/** The case of this name. */
export const stpCase = (name: string): StpCase => {
  const found = STP_CASES.find((each) => each.name === name)
  if (found === undefined) throw new Error(`no case is called ${name}`)
  return found
}

/** The bytes of one packet of a case. */
export const packetOf = ({ steps }: StpCase, index = 0): Buffer => hex(steps[index]?.hex ?? '')

/** What a packet is made of. */
export const partsOf = (packet: Buffer): { readonly header: string; readonly body: Buffer } => {
  const bodyAt = 6 + packet.readUInt16BE(0)
  return { header: packet.toString('latin1', 6, bodyAt), body: packet.subarray(bodyAt) }
}
