import * as bins from '@/lab/page/model/bins.js'
import * as byteReader from '@/lab/page/model/byteReader.js'
import * as filter from '@/lab/page/model/filter.js'
import * as finder from '@/lab/page/model/finder.js'
import * as marks from '@/lab/page/model/marks.js'
import * as rows from '@/lab/page/model/rows.js'
import * as rowWords from '@/lab/page/model/rowWords.js'
import * as tally from '@/lab/page/model/tally.js'
import * as texts from '@/lab/page/model/texts.js'
import * as track from '@/lab/page/model/track.js'
import * as viewport from '@/lab/page/model/viewport.js'
import * as bars from '@/lab/page/view/bars.js'
import * as colours from '@/lab/page/view/colours.js'
import * as controls from '@/lab/page/view/controls.js'
import * as desk from '@/lab/page/view/desk.js'
import * as details from '@/lab/page/view/details.js'
import * as elements from '@/lab/page/view/elements.js'
import * as hint from '@/lab/page/view/hint.js'
import * as keys from '@/lab/page/view/keys.js'
import * as ladderPicture from '@/lab/page/view/ladderPicture.js'
import * as pointing from '@/lab/page/view/pointing.js'
import * as rowList from '@/lab/page/view/rowList.js'
import * as rowPicture from '@/lab/page/view/rowPicture.js'
import * as scene from '@/lab/page/view/scene.js'
import * as start from '@/lab/page/view/start.js'
import * as strip from '@/lab/page/view/strip.js'

/** What runs in the page: all that these files export. */
export const SCRIPT_PARTS: readonly (readonly [name: string, value: unknown])[] = [
  ...[marks, byteReader, texts, rows, rowWords, filter, finder, tally, track, viewport, bins],
  ...[elements, colours, scene, keys, bars, rowPicture, ladderPicture, strip, rowList, details, hint, controls],
  ...[pointing, desk, start],
].flatMap((part: Readonly<Record<string, unknown>>) => Object.entries(part))

/**
 * The code of the page as text. The files of `model` and `view` are compiled and checked like all others; what they
 * declare is put into the page as it stands in memory: functions and classes as their source, all else as JSON. So every
 * declaration in them is exported, names are not used twice, and a constant is made of what JSON knows.
 */
export const pageScript = (): string => {
  const parts = SCRIPT_PARTS.map(([name, value]) => `const ${name} = ${sourceOf(value)}`)
  // Compilers that keep the names of functions leave calls to a helper of theirs in the source.
  const shim = 'const __name = (value) => value'
  return ["'use strict'", '{', shim, ...parts, 'void start()', '}'].join('\n')
}

const sourceOf = (value: unknown): string =>
  typeof value === 'function' ? String(value).replaceAll(IMPORTED, '$1$2') : JSON.stringify(value)

/** Where modules run as CommonJS, a compiler has put the module before what is imported: `(0, import_rows.Rows)(`. */
const IMPORTED = /\(0, import_\w+\.(\w+)\)|\bimport_\w+\.(\w+)/g
