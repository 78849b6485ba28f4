import type { Decoder, Dialect } from '@/lab/decoders/decoder.js'

const RAW: Decoder = {
  read: (bytes) =>
    bytes.length === 0 ? [] : [{ kind: 'bytes', bytes, endsField: false, endsFrame: false, meaning: '' }],
  end: () => undefined,
}

/** Understands nothing, so it is never wrong. */
export const rawDialect: Dialect = { name: 'raw', frames: false, decoders: () => ({ opener: RAW, acceptor: RAW }) }
