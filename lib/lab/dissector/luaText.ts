/** What can be written as a Lua table. */
export type LuaValue =
  | string
  | number
  | boolean
  | undefined
  | readonly LuaValue[]
  | { readonly [key: string]: LuaValue }

/** A value as Lua has it: lists count from 1, members that are undefined are left out, whole numbers as keys are numbers. */
export const luaText = (value: LuaValue): string => {
  if (value === undefined) return 'nil'
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return luaString(value)
  if (isList(value)) return `{ ${value.map(luaText).join(', ')} }`
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{ ${members.map(([key, member]) => `${luaKey(key)} = ${luaText(member)}`).join(', ')} }`
}

const isList = (value: object): value is readonly LuaValue[] => Array.isArray(value)

const luaKey = (key: string): string => {
  if (/^\d+$/.test(key)) return `[${key}]`
  return /^[a-z_]\w*$/i.test(key) && !RESERVED.has(key) ? key : `[${luaString(key)}]`
}

const RESERVED = new Set(['end', 'and', 'or', 'not', 'nil', 'true', 'false', 'if', 'for', 'in', 'do', 'while', 'local'])

/** All but printable ASCII as decimal escapes of its UTF-8. */
const luaString = (text: string): string => {
  const chars = Array.from(Buffer.from(text), (byte) => {
    const char = String.fromCharCode(byte)
    if (byte < 0x20 || byte > 0x7e) return `\\${String(byte).padStart(3, '0')}`
    return char === '"' || char === '\\' ? `\\${char}` : char
  })
  return `"${chars.join('')}"`
}
