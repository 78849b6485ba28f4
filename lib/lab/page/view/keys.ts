/**
 * What keys do, in the order in which the page tells it: the keys as the browser names them, the name of the action, and
 * words for people.
 */
export const KEYS = [
  { keys: ['ArrowDown', 'j'], act: 'next', shown: '↓ ↑', words: 'next row, the one before' },
  { keys: ['ArrowUp', 'k'], act: 'previous', shown: '', words: '' },
  { keys: ['ArrowRight'], act: 'on', shown: '→ ←', words: 'half a screen on, back' },
  { keys: ['ArrowLeft'], act: 'back', shown: '', words: '' },
  { keys: ['PageDown', ' '], act: 'page-on', shown: 'Page ↓ ↑', words: 'a screen on, back' },
  { keys: ['PageUp'], act: 'page-back', shown: '', words: '' },
  { keys: ['Home'], act: 'first', shown: 'Home End', words: 'first row, last row' },
  { keys: ['End'], act: 'last', shown: '', words: '' },
  { keys: ['+', '='], act: 'in', shown: '+ −', words: 'nearer, further away' },
  { keys: ['-', '_'], act: 'out', shown: '', words: '' },
  { keys: ['0', 'a'], act: 'all', shown: '0', words: 'the whole run' },
  { keys: ['t'], act: 'scale', shown: 't', words: 'rows at equal distances, or at their times' },
  { keys: ['c'], act: 'conversation', shown: 'c', words: 'only the conversation of the chosen row, or all' },
  { keys: ['e'], act: 'trouble', shown: 'e', words: 'next note, fault, or close' },
  { keys: ['/'], act: 'search', shown: '/', words: 'search words, text and hex digits' },
  { keys: ['n', 'Enter'], act: 'match', shown: 'n N', words: 'next match, the one before' },
  { keys: ['N'], act: 'match-before', shown: '', words: '' },
  { keys: ['Escape'], act: 'leave', shown: 'Esc', words: 'leaves the search, lets go of it, lets go of the row' },
  { keys: ['?'], act: 'help', shown: '?', words: 'this list' },
] as const

/** The action of a key, if it has one. */
export const actionOf = (key: string): string | undefined =>
  KEYS.find(({ keys }) => keys.some((one) => one === key))?.act
