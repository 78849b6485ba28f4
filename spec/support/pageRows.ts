import { inflateRawSync } from 'node:zlib'
import { Rows } from '@/lab/page/model/rows.js'

/** The rows in the text of a page, as the page itself reads them. */
export const pageRows = (html: string): Rows => {
  const [, data] = /id="rows">"([A-Za-z0-9+/=]*)"</.exec(html) ?? []
  if (data === undefined) throw new Error('there are no rows in this page')
  return new Rows(inflateRawSync(Buffer.from(data, 'base64')))
}
