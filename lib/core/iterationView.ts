import { isOrderlyEnd } from '@/core/orderlyEnd.js'

/** What a loop needs of a connection. */
interface Messages {
  receive(): Promise<Buffer>
  close(): Promise<void>
}

/** The messages of a connection as they come, for a loop; the connection closes when the loop is left. */
export async function* asIteration(connection: Messages): AsyncIterator<Buffer> {
  try {
    for (;;) yield await connection.receive()
  } catch (error) {
    if (!isOrderlyEnd(error)) throw error
  } finally {
    await connection.close()
  }
}
