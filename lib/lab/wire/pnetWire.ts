import { field } from '@/lab/wire/field.js'

/** @see protocols/pnet/WIRE.md, "packet" */
export const PNET_WIRE = {
  /** They stand in this order, with a bar between each and the next. */
  sections: [
    field('network', 'network', 'text', 'the id of the network'),
    field('type', 'type', 'text', 'msg, rsp, err, adv or brd'),
    field('content', 'content', 'text', 'what the type says, most often sealed'),
    field('key', 'key', 'text', 'of the sender, base64 of its PEM'),
    field('end', 'end', 'text', 'always END'),
  ],
  /** What a content is, by the type of its packet. */
  contents: {
    msg: 'envelope, sealed with RSA and Fernet',
    rsp: 'envelope, sealed with RSA and Fernet',
    err: 'refusal',
    adv: 'advertisement',
    brd: 'broadcast',
  },
  /** With a network key every content begins like this: base64 of the base64 of a Fernet token. */
  fernet: { begins: 'Z0FBQUFB', name: 'sealed with the network key, Fernet' },
  contentKind: field('content_kind', 'kind of content', 'text', 'in words, such as a refusal, or how it is sealed'),
} as const
