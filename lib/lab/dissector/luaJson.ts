/** Finds where JSON values end, and the members of an object. It checks no more than that takes. */
export const LUA_JSON = String.raw`
-- Behind the closing quote of the string whose opening quote is at i; nil when it is not there.
local function string_end(text, i)
  local at = i + 1
  while true do
    local found = text:find('["\\]', at)
    if found == nil then return nil end
    if text:sub(found, found) == '"' then return found + 1 end
    at = found + 2
  end
end

-- Behind the value that begins at i; nil when it does not end there yet, false when it is none.
local function value_end(text, i)
  local first = text:sub(i, i)
  if first == '"' then return string_end(text, i) end
  if first:find("[%[{]") then
    local depth, at = 0, i
    while true do
      local found = text:find('["%[%]{}]', at)
      if found == nil then return nil end
      local char = text:sub(found, found)
      if char == '"' then
        at = string_end(text, found)
        if at == nil then return nil end
      else
        depth = depth + ((char == "[" or char == "{") and 1 or -1)
        at = found + 1
        if depth == 0 then return at end
      end
    end
  end
  if not first:find("[%-%dtfn]") then return false end
  return text:find("[%s,%]}\"{%[]", i + 1)
end

-- The members of an object by their keys, the last of each: where its value begins and ends. Nil when it is no object.
local function members_of(text)
  local at = text:match("^%s*{()")
  if at == nil then return nil end
  local found = {}
  while true do
    at = text:match("^[%s,]*()", at)
    if text:sub(at, at) ~= '"' then return found end
    local behind = string_end(text, at)
    if behind == nil then return found end
    local key = text:sub(at + 1, behind - 2)
    at = text:match("^%s*:%s*()", behind)
    if at == nil then return found end
    local stop = value_end(text, at)
    if not stop then return found end
    found[key] = { from = at, to = stop - 1, value = text:sub(at, stop - 1) }
    at = stop
  end
end

-- Adds the members that are described. @return them in words
local function add_members(tree, family, keys, range, found)
  local words = {}
  for _, key in ipairs(keys) do
    local member = found[key.name]
    if member ~= nil then
      tree:add(fields[family][key.filter].field, range(member.from - 1, #member.value), member.value)
      words[#words + 1] = key.name .. " " .. printable(member.value)
    end
  end
  return table.concat(words, ", ")
end
`
