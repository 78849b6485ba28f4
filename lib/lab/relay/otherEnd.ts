import type { Role } from '@/framings/framing.js'

/** The end that hears what this one says. */
export const otherEnd = (role: Role): Role => (role === 'opener' ? 'acceptor' : 'opener')
