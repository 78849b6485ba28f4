import { field } from '@/lab/wire/field.js'

/** @see protocols/pyile/WIRE.md, "join", "heartbeat", "lists" and "messages" */
export const PYILE_WIRE = {
  /** What a value is: the first of these of which it has the member. */
  messages: [
    { name: 'banned or not', has: 'banned' },
    { name: 'password', has: 'shadow' },
    { name: 'authenticated or not', has: 'authenticated' },
    { name: 'address of a joiner', has: 'peer_address' },
    { name: 'list of peers', has: 'distro' },
    { name: 'distribution address', has: 'dist_addr' },
    { name: 'heartbeat', has: '<3' },
    { name: 'message', has: 'to' },
    { name: 'receipt', has: 'data' },
  ],
  message: field('message', 'message', 'text', 'which of the messages it is, in words'),
  /** What is told of a value, by its keys. */
  members: [
    field('banned', 'banned', 'json', 'step 1 of a join'),
    field('shadow', 'shadow', 'json', 'step 2: the password'),
    field('authenticated', 'authenticated', 'json', 'step 3'),
    field('peer_address', 'peer_address', 'json', 'step 4: where the joiner listens'),
    field('distro', 'distro', 'json', 'all peers'),
    field('dist_addr', 'dist_addr', 'json', 'step 6: where lists come from'),
    field('heartbeat', '<3', 'json', 'a heartbeat'),
    field('data', 'data', 'json', 'what a message says; in a receipt, the whole message'),
    field('alias', 'alias', 'json', 'the name of who sends'),
    field('to', 'to', 'json', 'Broadcast, or an address'),
    field('from', 'from', 'json', 'where the sender listens'),
  ],
} as const
