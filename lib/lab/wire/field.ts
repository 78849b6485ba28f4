/**
 * How a value is read from its bytes and shown: a big-endian number of any width up to eight bytes, without or with a
 * sign; `01` or not; UTF-8; bytes as hex; a member of a JSON object as JSON has it.
 */
export type FieldForm = 'unsigned' | 'signed' | 'flag' | 'text' | 'bytes' | 'json'

/** One thing that bytes of a protocol say. The decoders, the dissector and the tables of the docs are made from these. */
export interface Field {
  /** Behind the name of its protocol in a display filter, such as `topic` in `fw.lonely.topic`. Small letters and `_`. */
  readonly filter: string
  /** As the protocol, the decoders and the docs call it. */
  readonly name: string
  readonly form: FieldForm
  /** One line, for tables. */
  readonly about: string
  /** What some of its numbers mean, by the number. */
  readonly words?: Readonly<Record<number, string>>
}

/** A protocol's name in Wireshark and what its filters begin with. */
export const FILTER_PREFIX = 'fw'

/** @param words what some numbers mean */
export const field = (
  filter: string,
  name: string,
  form: FieldForm,
  about: string,
  words?: Readonly<Record<number, string>>,
): Field => ({ filter, name, form, about, ...(words === undefined ? {} : { words }) })
