export {
  FILE_CLIENT_RANGES,
  FileClient,
  type FileClientLimits,
  type FileClientOptions,
} from '@/protocols/files/fileClient.js'
export { FileClientConnection, type TransferOptions } from '@/protocols/files/fileClientConnection.js'
export {
  FILE_SERVER_RANGES,
  FileServer,
  type FileServerLimits,
  type FileServerOptions,
} from '@/protocols/files/fileServer.js'
export { FileServerConnection, type TransferReport } from '@/protocols/files/fileServerConnection.js'
export type { Progress } from '@/protocols/files/intake.js'
export { decodeLetter, encodeLetter, type Letter, MAX_LETTER_BYTES } from '@/protocols/files/letters.js'
export { CHUNK_BYTES } from '@/protocols/files/transferConnection.js'
