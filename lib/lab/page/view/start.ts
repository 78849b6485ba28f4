/// <reference lib="dom" />
import { Rows } from '@/lab/page/model/rows.js'
import { Desk } from '@/lab/page/view/desk.js'
import { element, elementOf } from '@/lab/page/view/elements.js'

/** Takes the rows out of the page and shows them. What goes wrong is said where the picture would be. */
export const start = async (): Promise<void> => {
  const status = elementOf('status', HTMLElement)
  try {
    const holder = elementOf('rows', HTMLScriptElement)
    const rows = new Rows(await inflated(bytesOfBase64(holder.text.replaceAll('"', ''))))
    holder.remove()
    new Desk(rows).open()
    performance.mark('shown')
  } catch (error) {
    const words = `The timeline cannot be shown: ${error instanceof Error ? error.message : String(error)}`
    status.replaceChildren(element('strong', 'bad', words))
  }
}

export const bytesOfBase64 = (text: string): Uint8Array<ArrayBuffer> => {
  const chars = atob(text)
  const bytes = new Uint8Array(chars.length)
  for (let at = 0; at < bytes.length; at++) bytes[at] = chars.charCodeAt(at)
  return bytes
}

export const inflated = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> => {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer())
  } catch (cause) {
    throw new Error('its data is damaged', { cause })
  }
}
