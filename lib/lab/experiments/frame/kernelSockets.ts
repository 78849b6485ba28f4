import { readFileSync } from 'node:fs'

/** What the system says of one of its TCP sockets. */
export interface KernelSocket {
  readonly localPort: number
  /** 0 while it listens. */
  readonly remotePort: number
  /** Such as `ESTABLISHED`. */
  readonly state: string
  /** Written by its program and not yet acknowledged by the other end. */
  readonly sendQueueBytes: number
  /** Acknowledged, and not yet read by its program. */
  readonly receiveQueueBytes: number
  /** Until its timer fires, if one runs. */
  readonly timerMs: number
}

const STATES: Readonly<Record<string, string>> = {
  '01': 'ESTABLISHED',
  '02': 'SYN_SENT',
  '03': 'SYN_RECV',
  '04': 'FIN_WAIT1',
  '05': 'FIN_WAIT2',
  '06': 'TIME_WAIT',
  '07': 'CLOSE',
  '08': 'CLOSE_WAIT',
  '09': 'LAST_ACK',
  '0A': 'LISTEN',
  '0B': 'CLOSING',
}

/** The unit of the timers in that table. */
const TICK_MS = 10

/** Why a measure is missing where there is no such table. */
export const UNSEEN = { unseen: 'only Linux tells what its sockets do, in /proc/net/tcp' } as const

/** The IPv4 sockets at one of whose ends this port is; undefined where the system does not tell. */
export const kernelSockets = (port: number): readonly KernelSocket[] | undefined => {
  try {
    return socketsIn(readFileSync('/proc/net/tcp', 'latin1'), port)
  } catch {
    return undefined
  }
}

/** Those of a table that have this port, each once: a table that changes while it is read may show some twice. */
export const socketsIn = (table: string, port: number): readonly KernelSocket[] => {
  const sockets = new Map<string, KernelSocket>()
  for (const row of table.split('\n')) {
    const [, ends, local, remote, ...rest] = ROW.exec(row) ?? []
    if (ends === undefined || local === undefined || remote === undefined) continue
    const socket = socketOf(local, remote, rest)
    if (socket.localPort === port || socket.remotePort === port) sockets.set(ends, socket)
  }
  return [...sockets.values()]
}

const ROW = /^\s*\d+: (\w+:(\w{4}) \w+:(\w{4})) (\w\w) (\w{8}):(\w{8}) \w\w:(\w{8})/

const socketOf = (local: string, remote: string, cells: readonly string[]): KernelSocket => {
  const [state = '', sends = '', receives = '', timer = ''] = cells
  return {
    localPort: Number.parseInt(local, 16),
    remotePort: Number.parseInt(remote, 16),
    state: STATES[state] ?? state,
    sendQueueBytes: Number.parseInt(sends, 16),
    receiveQueueBytes: Number.parseInt(receives, 16),
    timerMs: Number.parseInt(timer, 16) * TICK_MS,
  }
}

/** What the numbers of a setting of the system are, such as those of `tcp_wmem`; undefined where there is none. */
export const kernelSetting = (name: string): readonly number[] | undefined => {
  try {
    return readFileSync(`/proc/sys/net/ipv4/${name}`, 'latin1').trim().split(/\s+/).map(Number)
  } catch {
    return undefined
  }
}
