export * from '@/core/index.js'
export { type Code, CODES, type Detail, type Fault, TransportError } from '@/errors.js'
export * from '@/framings/index.js'
