import { readFileSync } from 'node:fs'
import { NodeKey } from '@/protocols/pnet/index.js'

interface File {
  readonly keys: {
    readonly nodes: Readonly<Record<string, { readonly private_key_pem: string; readonly public_key_field: string }>>
  }
}

/** A recorded node key, and how the original wrote it. */
export interface RecordedField {
  readonly name: string
  readonly key: NodeKey
  readonly privatePem: string
  readonly field: string
}

export const recordedFields = (): RecordedField[] => {
  const file: File = JSON.parse(readFileSync('spec/vectors/pnet.json', 'utf8'))
  return Object.entries(file.keys.nodes).map(([name, { private_key_pem: privatePem, public_key_field: field }]) => ({
    name,
    key: NodeKey.parsePem(privatePem),
    privatePem,
    field,
  }))
}
