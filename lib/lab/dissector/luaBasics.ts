/** Fields and protocols out of the description, and what the rest of the dissector stands on. */
export const LUA_BASICS = String.raw`
local MAX_FRAME_BYTES = 64 * 1024 * 1024
local MAX_VALUE_BYTES = 1024 * 1024
local SHOWN_ANSWERS = 64
local SHOWN_WORDS = 12

-- One Proto for each thing that can be chosen for a port, and the fields of each framing and family under its own.
local protos, fields = {}, {}

local function proto_field(prefix, f)
  local filter = prefix .. "." .. f.filter
  if f.words then return ProtoField.uint8(filter, f.name, base.HEX, f.words, nil, f.about) end
  if f.form == "unsigned" then return ProtoField.uint64(filter, f.name, base.DEC, nil, nil, f.about) end
  if f.form == "signed" then return ProtoField.int64(filter, f.name, base.DEC, nil, nil, f.about) end
  if f.form == "flag" then return ProtoField.bool(filter, f.name, base.NONE, nil, nil, f.about) end
  if f.form == "bytes" then return ProtoField.bytes(filter, f.name, base.NONE, f.about) end
  return ProtoField.string(filter, f.name, base.ASCII, f.about)
end

local problem = ProtoField.string(prefix .. ".problem", "problem", base.ASCII, "what does not fit")
local function proto_of(name)
  local proto = Proto(prefix .. "." .. name:gsub("-", "_"), "Framewright " .. name)
  local own = {}
  fields[name] = {}
  for _, f in ipairs(described[name] or {}) do
    local made = proto_field(prefix .. "." .. name, f)
    fields[name][f.filter] = { field = made, name = f.name, form = f.form }
    own[#own + 1] = made
  end
  if next(protos) == nil then own[#own + 1] = problem end
  proto.fields = own
  protos[name] = proto
end
for _, wire in ipairs(wires) do proto_of(wire.name) end

-- What is known of one direction of a connection, counted in bytes from its beginning: how far it has been read, and from
-- where on it is only bytes. Wireshark hands on what it has put together and what is left of a frame one after the other,
-- and frames again in any order; so it is kept where each call began.
local read_bytes, over, starts, told = {}, {}, {}, {}
local stream_of = Field.new("tcp.stream")

local function direction(pinfo)
  return tostring(stream_of()) .. " " .. tostring(pinfo.src_port)
end

-- When a frame is handed on again, calls are known by their first bytes, since they may be longer than they were; those
-- that begin alike by their order.
local function start_of(pinfo, key, tvb)
  local id = key .. " " .. pinfo.number .. " " .. tvb:raw(0, math.min(tvb:len(), 16))
  local now, known = read_bytes[key] or 0, starts[id]
  if known == nil then
    known = { turn = 0 }
    starts[id] = known
  end
  if not pinfo.visited then
    if known[#known] ~= now then known[#known + 1] = now end
    return now
  end
  known.turn = known.turn % math.max(1, #known) + 1
  return known[known.turn] or now
end

-- A call has something to say. @return whether an earlier one of the same frame had, too
local function spoke(pinfo, key, start)
  local id = key .. " " .. pinfo.number
  told[id] = math.min(told[id] or start, start)
  return told[id] < start
end

-- The end that listens has the port that the dissector is registered for.
local function role_of(pinfo)
  if pinfo.dst_port == pinfo.match_uint then return "opener" end
  return "acceptor"
end

local function tell(words, text)
  if text ~= nil and text ~= "" then words[#words + 1] = text end
end

local function printable(text, most)
  local shown = text:sub(1, most or 40):gsub("[^\x20-\x7e]", ".")
  if #text > (most or 40) then shown = shown .. " .." end
  return shown
end

-- So many bytes of a range; nil for none, which Wireshark has no range for at its end.
local function slice(range, from, size)
  if size == 0 then return nil end
  return range(from, size)
end

-- Adds a field. The range is what is marked, the value is nil where it has no bytes.
-- @return what it says in words, and the number that it is
local function add(tree, family, filter, range, value)
  local f = fields[family][filter]
  local length = value and value:len() or 0
  if f.form == "unsigned" or f.form == "signed" then
    if length > 8 then
      tree:add(problem, range, f.name .. " has " .. length .. " bytes")
      return f.name .. ": a number of " .. length .. " bytes"
    end
    local number = UInt64(0)
    if value and f.form == "signed" then number = value:int64()
    elseif value then number = value:uint64() end
    tree:add(f.field, range, number)
    return f.name .. " " .. tostring(number), number
  end
  if f.form == "flag" then
    local set = length == 1 and value:uint() == 1
    tree:add(f.field, range, set)
    return f.name .. (set and " yes" or " no")
  end
  if value == nil then
    tree:add(range, f.name .. ": none")
    return ""
  end
  if f.form == "bytes" then
    tree:add(f.field, value)
    local shown = tostring(value:bytes(0, math.min(length, 8))):lower()
    return f.name .. " " .. shown .. (length > 8 and " .." or "")
  end
  local text = value:raw()
  tree:add(f.field, range, text)
  return f.name .. ' "' .. printable(text) .. '"'
end
`
