import { type Sources, SYSTEM_SOURCES } from '@/protocols/pnet/sources.js'

const ID_BYTES = 8

/** An id of an upload or of a streamed result: 11 characters of URL-safe base64, without padding. */
export const newId = ({ random }: Pick<Sources, 'random'> = SYSTEM_SOURCES): string =>
  Buffer.from(random(ID_BYTES)).toString('base64url')
