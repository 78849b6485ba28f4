/**
 * Where messages begin and end. Each gives the bytes that it has used, and why there will be nothing but bytes behind them;
 * or nil and how many are missing, where that is known. Of a head that is not whole it is never said, since Wireshark does
 * not find such a frame again.
 */
export const LUA_FRAMINGS = String.raw`
local framings = {}

-- A message whose bytes are all here, as what its family says, or as a field of the framing.
local function add_message(wire, range, tree, role, words, fallback)
  if wire.family ~= nil then
    local sub = tree:add(protos[wire.family], range)
    local text = families[wire.family](range, sub, role)
    sub:append_text(", " .. text)
    tell(words, text)
  else
    local text = add(tree, wire.framing, fallback, range, range)
    tell(words, text)
  end
end

local function sized_message(wire, tvb, at, room, tree, role, words, opening)
  if room < 4 then return nil end
  local size = tvb(at, 4):uint()
  if size > MAX_FRAME_BYTES then
    tree:add(problem, tvb(at, 4), "a message of " .. size .. " bytes is not put together")
    tell(words, "length " .. size)
    return room, "behind a length of " .. size
  end
  if room < 4 + size then return nil, 4 + size - room end
  local sub = tree:add(protos[wire.framing], tvb(at, 4 + size))
  sub:append_text(", a message of " .. size .. " bytes")
  local text = add(sub, wire.framing, "length", tvb(at, 4), tvb(at, 4))
  if size == 0 or wire.family == nil then tell(words, text) end
  if size > 0 then add_message(wire, tvb(at + 4, size), wire.family and tree or sub, role, words, "payload") end
  return 4 + size
end

function framings.length(wire, tvb, at, room, tree, role, words, opening)
  return sized_message(wire, tvb, at, room, tree, role, words, opening)
end

local function add_opening(tvb, tree, words)
  local byte = tvb(0, 1):uint()
  local meaning = openings[byte]
  if meaning == nil then
    tree:add(problem, tvb(0, 1), "no opening")
    tell(words, "no opening")
    return tvb:len(), "behind what is no opening"
  end
  local sub = tree:add(protos.handshake, tvb(0, 1))
  sub:append_text(", opening: " .. meaning)
  sub:add(fields.handshake.opening.field, tvb(0, 1))
  tell(words, "opening: " .. meaning)
  return 1
end

local function add_answers(tvb, at, room, first, tree, words)
  local run = #tvb(at, room):raw():match("^" .. string.char(first):gsub("%W", "%%%0") .. "+")
  local sub = tree:add(protos.handshake, tvb(at, run))
  local word = first == ok and "yes" or "no"
  if run > 1 then word = word .. " x " .. run end
  sub:append_text(", " .. word)
  for i = 0, math.min(run, SHOWN_ANSWERS) - 1 do sub:add(fields.handshake.answer.field, tvb(at + i, 1)) end
  if run > SHOWN_ANSWERS then sub:add(tvb(at, run), "and " .. (run - SHOWN_ANSWERS) .. " more") end
  tell(words, word)
  return run
end

function framings.handshake(wire, tvb, at, room, tree, role, words, opening)
  if opening then return add_opening(tvb, tree, words) end
  local first = tvb(at, 1):uint()
  if first > max_first_byte then return add_answers(tvb, at, room, first, tree, words) end
  return sized_message(wire, tvb, at, room, tree, role, words, opening)
end

function framings.line(wire, tvb, at, room, tree, role, words, opening)
  local found = tvb(at, room):raw():find("\n", 1, true)
  if found == nil then return nil end
  local sub = tree:add(protos.line, tvb(at, found))
  if found == 1 then tell(words, "an empty line")
  else tell(words, add(sub, "line", "text", tvb(at, found - 1), tvb(at, found - 1))) end
  return found
end

function framings.json(wire, tvb, at, room, tree, role, words, opening)
  local text = tvb(at, room):raw()
  local start = text:match("^%s*()")
  if start > #text then return room end
  local behind = value_end(text, start)
  if behind == nil and room <= MAX_VALUE_BYTES then return nil end
  if not behind then
    tree:add(problem, tvb(at + start - 1), behind == nil and "the value is too long" or "no JSON")
    tell(words, "no JSON")
    return room, "behind what is no JSON"
  end
  add_message(wire, tvb(at + start - 1, behind - start), tree, role, words, "value")
  return behind - 1
end

function framings.stp(wire, tvb, at, room, tree, role, words, opening)
  if role == "acceptor" then
    tree:add(tvb(at), "content of no meaning")
    return room, "of no meaning"
  end
  if room < 6 then return nil end
  local size = 6 + tvb(at, 2):uint() + tvb(at + 2, 4):uint()
  if size > MAX_FRAME_BYTES then
    tree:add(problem, tvb(at, 6), "a packet of " .. size .. " bytes is not put together")
    return room, "behind sizes that are too large"
  end
  if room < size then return nil, size - room end
  add_message(wire, tvb(at, size), tree, role, words)
  return size, "behind the one packet"
end

function framings.pnet(wire, tvb, at, room, tree, role, words, opening)
  local text = tvb(at, room):raw()
  local start = 1
  if role == "acceptor" then start = text:match("^%s*()") end
  if start > #text then return room end
  local found = text:find("\n", start, true)
  if found == nil then return nil end
  add_message(wire, tvb(at + start - 1, found - start + 1), tree, role, words)
  return found, "behind the one packet"
end

local function dissect(wire, tvb, pinfo, tree)
  local key = direction(pinfo)
  local start, role, words = start_of(pinfo, key, tvb), role_of(pinfo), {}
  local at, length = 0, tvb:len()
  pinfo.cols.protocol = wire.name
  while at < length do
    local place = over[key]
    if place ~= nil and place.from <= start + at then
      local text = (length - at) .. " bytes " .. place.why
      tree:add(protos[wire.name], tvb(at)):append_text(", " .. text)
      tell(words, text)
      at = length
      break
    end
    local used, rest = framings[wire.framing](wire, tvb, at, length - at, tree, role, words, start + at == 0)
    if used == nil then
      pinfo.desegment_offset = at
      pinfo.desegment_len = rest or DESEGMENT_ONE_MORE_SEGMENT
      break
    end
    at = at + used
    if rest ~= nil and place == nil then over[key] = { from = start + at, why = rest } end
  end
  if not pinfo.visited then read_bytes[key] = start + at end
  if #words > 0 then
    local shown = table.concat(words, "; ", 1, math.min(#words, SHOWN_WORDS))
    if #words > SHOWN_WORDS then shown = shown .. "; and " .. (#words - SHOWN_WORDS) .. " more" end
    -- What an earlier call has said of the same frame stays in front of it.
    if spoke(pinfo, key, start) then shown = "; " .. shown end
    pinfo.cols.info = shown
  end
  return length
end

local tcp_port = DissectorTable.get("tcp.port")
for _, wire in ipairs(wires) do
  local proto = protos[wire.name]
  proto.dissector = function(tvb, pinfo, tree) return dissect(wire, tvb, pinfo, tree) end
  proto.init = function() read_bytes, over, starts, told = {}, {}, {}, {} end
  tcp_port:add_for_decode_as(proto)
end
for port, name in pairs(ports) do tcp_port:add(port, protos[name]) end
`
