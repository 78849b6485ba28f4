import { field } from '@/lab/wire/field.js'

/** @see protocols/stp/WIRE.md, "packet" */
export const STP_WIRE = {
  /** In front of the rest, as u16 and u32. */
  headerSize: field('header_size', 'header size', 'unsigned', 'bytes of the header, 2 bytes'),
  bodySize: field('body_size', 'body size', 'unsigned', 'bytes of the body, 4 bytes'),
  header: field('header', 'header', 'text', 'a JSON object, never sealed'),
  /** What is told of the header, by its keys. */
  members: [
    field('namespace', 'namespace', 'json', 'the route'),
    field('user', 'user', 'json', 'who sends'),
    field('hostname', 'hostname', 'json', 'from which machine'),
    field('udp_session', 'udp_session', 'json', 'of the node, over UDP only'),
    field('udpport', 'udpport', 'json', 'where the sender listens for datagrams'),
    field('tcpport', 'tcpport', 'json', 'where the sender listens for connections'),
    field('encrypted', 'encrypted', 'json', 'whether the body is sealed'),
    field('enc', 'enc', 'json', 'how the body is sealed, if not with one RSA block'),
  ],
  body: field('body', 'body', 'text', 'a JSON object, where it is not sealed'),
  sealed: field('sealed', 'sealed body', 'bytes', 'a body that only its receiver can open'),
} as const
