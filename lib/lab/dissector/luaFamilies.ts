/** What is in the messages of the four families. Each gets the bytes of one whole message, and gives it in words. */
export const LUA_FAMILIES = String.raw`
local families = {}

local NO = { ["false"] = true, null = true, ["0"] = true, ['""'] = true, ["[]"] = true, ["{}"] = true }

function families.stp(range, tree)
  local length = range:len()
  if length < 6 then
    tree:add(problem, range, "it is shorter than its sizes")
    return "STP, cut off"
  end
  add(tree, "stp", "header_size", range(0, 2), range(0, 2))
  add(tree, "stp", "body_size", range(2, 4), range(2, 4))
  local header_size, body_size = range(0, 2):uint(), range(2, 4):uint()
  local body_at = math.min(6 + header_size, length)
  local header, body = slice(range, 6, body_at - 6), slice(range, body_at, math.min(body_size, length - body_at))
  local text = header and header:raw() or ""
  local found = members_of(text)
  local words, sealed = "no JSON object", false
  if found == nil then
    tree:add(problem, range, "the header is no JSON object")
  else
    local item = tree:add(fields.stp.header.field, header, text)
    words = add_members(item, "stp", stp.members, header, found)
    sealed = found.encrypted ~= nil and not NO[found.encrypted.value]
  end
  if body ~= nil then add(tree, "stp", sealed and "sealed" or "body", body, body) end
  if sealed then words = words .. "; sealed body" end
  if length ~= 6 + header_size + body_size then
    tree:add(problem, range, "its sizes are not those of its bytes")
  end
  return "STP " .. words
end

function families.pnet(range, tree)
  local line = range:raw()
  local from, words, section, kind = 1, {}, 0, nil
  line = line:gsub("[\r\n]+$", "")
  while from <= #line + 1 do
    section = section + 1
    local described_as = pnet.sections[section]
    local bar = described_as ~= nil and pnet.sections[section + 1] ~= nil and line:find("|", from, true) or nil
    local to = bar and bar - 1 or #line
    local text = line:sub(from, to)
    local marked = #text > 0 and range(from - 1, #text) or range
    if described_as == nil then
      tree:add(problem, marked, "too many sections")
    else
      tree:add(fields.pnet[described_as.filter].field, marked, text)
      if described_as.filter == "type" then kind = text end
      if described_as.filter == "content" then
        local what = pnet.contents[kind or ""] or "content"
        if text:sub(1, #pnet.fernet.begins) == pnet.fernet.begins then what = pnet.fernet.name end
        tree:add(fields.pnet.content_kind.field, marked, what):set_generated()
        local shown = what:find("seal") == nil and ' "' .. printable(text) .. '"' or ""
        words[#words + 1] = what .. shown
      elseif described_as.filter ~= "key" and described_as.filter ~= "end" then
        words[#words + 1] = described_as.name .. " " .. printable(text)
      end
    end
    if bar == nil then break end
    from = bar + 1
  end
  if section < #pnet.sections then tree:add(problem, range, "too few sections: " .. section) end
  return "pnet " .. table.concat(words, ", ")
end

function families.pyile(range, tree)
  local found = members_of(range:raw())
  if found == nil then return "Pyile, no JSON object" end
  for _, message in ipairs(pyile.messages) do
    if found[message.has] ~= nil then
      tree:add(fields.pyile.message.field, range, message.name):set_generated()
      local words = add_members(tree, "pyile", pyile.members, range, found)
      return message.name .. ": " .. words
    end
  end
  return "Pyile, an object that is none of the messages"
end

local function lonely_header(tree, words, filter, range, value, state)
  local text, number = add(tree, "lonely", filter, range, value)
  tell(words, text)
  if filter == "part_id" then state.part_id = number end
end

local function lonely_minimal(range, tree, message, words)
  local at, left, state = 4, {}, {}
  for _, filter in ipairs(message.headers) do left[#left + 1] = filter end
  while #left > 0 do
    local filter = table.remove(left, 1)
    local room = range:len() - at
    local size = room >= 2 and range(at, 2):uint() or 0
    if room < 2 or room < 2 + size then
      tree:add(problem, range, "the message ends inside " .. fields.lonely[filter].name)
      return nil
    end
    lonely_header(tree, words, filter, range(at, 2 + size), slice(range, at + 2, size), state)
    at = at + 2 + size
    if filter == "part_id" and message.in_first_part ~= nil and state.part_id == UInt64(0) then
      for _, more in ipairs(message.in_first_part) do left[#left + 1] = more end
    end
  end
  return at
end

local function lonely_named(message, name)
  for _, list in ipairs({ message.headers, message.in_first_part or {}, lonely.headers }) do
    for _, filter in ipairs(list) do
      if fields.lonely[filter].name == name then return filter end
    end
  end
end

local function lonely_expanded(range, tree, message, words)
  local at = 6
  -- @return whether it is all here, and its bytes; nil for none
  local function sized()
    local room = range:len() - at
    local size = room >= 2 and range(at, 2):uint() or 0
    if room < 2 + size then return false end
    at = at + 2 + size
    return true, slice(range, at - size, size)
  end
  if range:len() < 6 then
    tree:add(problem, range, "the message ends inside its headers")
    return nil
  end
  for _ = 1, range(4, 2):uint() do
    local from = at
    local whole, name = sized()
    local value
    if whole then whole, value = sized() end
    if not whole then
      tree:add(problem, range, "the message ends inside its headers")
      return nil
    end
    local marked = range(from, at - from)
    local filter = name and lonely_named(message, name:raw():lower())
    if filter then lonely_header(tree, words, filter, marked, value, {})
    else tree:add(marked, "header of no known name") end
  end
  return at
end

function families.lonely(range, tree, role)
  if range:len() < 4 then
    tree:add(problem, range, "the message ends inside flags and type")
    return "lonely, cut off"
  end
  add(tree, "lonely", "flags", range(0, 2), range(0, 2))
  add(tree, "lonely", "type", range(2, 2), range(2, 2))
  local kind = range(2, 2):uint()
  local message = lonely[role][kind]
  if message == nil then
    tree:add(problem, range(2, 2), "the type is unknown")
    return "lonely, type " .. kind
  end
  tree:add(fields.lonely.message.field, range(2, 2), message.name):set_generated()
  local words = {}
  local minimal = range(1, 1):uint() % 2 == 1
  local at = (minimal and lonely_minimal or lonely_expanded)(range, tree, message, words)
  local size = range:len() - (at or range:len())
  if size > 0 then tree:add(fields.lonely.payload.field, range(at, size)) end
  local payload = message.payload and at and ", " .. message.payload .. " of " .. size .. " bytes" or ""
  return message.name .. (#words > 0 and " " or "") .. table.concat(words, ", ") .. payload
end
`
