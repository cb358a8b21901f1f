-- Nearhalf's data channel in Wireshark and tshark: every field of every frame (docs/wire-protocol.md, version 1.1).
--
-- Install: copy this file into the folder "Personal Lua Plugins" (Help > About Wireshark > Folders), or load it once:
--     tshark -X lua_script:nearhalf.lua -r capture.pcap -Y nearhalf
-- It is heuristic: any binary WebSocket message that is exactly one Nearhalf frame is shown as one, on any port.
-- Tested with tshark against tests/vectors/frames.json and a real capture (tests/privacy/test_wireshark.py).

local nearhalf = Proto("nearhalf", "Nearhalf data channel")

local HEADER_BYTES = 48
local SHOWN_VALUES = 64 -- of one row; the rest is in the bytes
local SHOWN_ROWS = 8

local KINDS = {
    [1] = "OPEN", [2] = "STEP", [3] = "DELTA", [4] = "GRADIENT", [5] = "TAP_GRADIENT",
    [16] = "OPENED", [17] = "TAP", [18] = "STATE", [19] = "ERROR", [20] = "DELTA_GRADIENT", [21] = "STEP_GRADIENT",
}
local DTYPES = { [0] = "none", [1] = "fp32", [2] = "fp16", [3] = "bf16", [4] = "int8" }
local ITEM_BYTES = { [0] = 0, [1] = 4, [2] = 2, [3] = 2, [4] = 1 }
local CODES = {
    [1] = "BAD_MAGIC", [2] = "VERSION_UNSUPPORTED", [3] = "UNKNOWN_KIND", [4] = "BAD_HEADER", [5] = "FRAME_TOO_LARGE",
    [6] = "TRUNCATED", [7] = "TRAILING_BYTES", [8] = "OUT_OF_ORDER", [9] = "WRONG_SHAPE", [10] = "WRONG_DTYPE",
    [11] = "NOT_FINITE", [12] = "POSITION_GAP", [13] = "STALE_STEP", [14] = "TOO_MANY_ROWS", [15] = "OUT_OF_POSITIONS",
    [16] = "WRONG_SESSION", [17] = "SESSION_EXPIRED", [18] = "SESSIONS_FULL", [19] = "TOKEN_SESSIONS_FULL",
    [20] = "KV_FULL", [21] = "MODEL_UNKNOWN", [22] = "PLAN_REFUSED", [23] = "RECIPE_UNKNOWN", [24] = "TOO_SLOW",
    [25] = "DRAINING", [26] = "INTERNAL", [27] = "TUNING_REFUSED",
}
local TAP_KINDS = { [3] = true, [5] = true, [17] = true, [20] = true }
local TENSOR_KINDS = { [2] = true, [3] = true, [4] = true, [5] = true, [17] = true, [18] = true, [20] = true, [21] = true }
local RECIPES = { [1] = "SVD", [2] = "RANDOM" }
local PROJECTIONS = { [0] = "q", [1] = "k", [2] = "v" }

local f = {
    magic = ProtoField.string("nearhalf.magic", "Magic"),
    major = ProtoField.uint8("nearhalf.major", "Major version"),
    minor = ProtoField.uint8("nearhalf.minor", "Minor version"),
    kind = ProtoField.uint8("nearhalf.kind", "Kind", base.DEC, KINDS),
    dtype = ProtoField.uint8("nearhalf.dtype", "Dtype", base.DEC, DTYPES),
    side_dtype = ProtoField.uint8("nearhalf.side_dtype", "Side dtype", base.DEC, DTYPES),
    flags = ProtoField.uint8("nearhalf.flags", "Flags", base.HEX),
    want_last = ProtoField.bool("nearhalf.flags.want_last", "WANT_LAST", 8, nil, 0x01),
    want_all = ProtoField.bool("nearhalf.flags.want_all", "WANT_ALL", 8, nil, 0x02),
    rowwise = ProtoField.bool("nearhalf.flags.rowwise", "ROWWISE", 8, nil, 0x04),
    train = ProtoField.bool("nearhalf.flags.train", "TRAIN", 8, nil, 0x08),
    session = ProtoField.uint64("nearhalf.session", "Session", base.HEX),
    step = ProtoField.uint32("nearhalf.step", "Step"),
    position = ProtoField.uint32("nearhalf.position", "Position"),
    tap = ProtoField.uint16("nearhalf.tap", "Tap (layer)"),
    reserved_a = ProtoField.uint16("nearhalf.reserved_a", "Reserved", base.HEX),
    rows = ProtoField.uint32("nearhalf.rows", "Rows"),
    cols = ProtoField.uint32("nearhalf.cols", "Columns"),
    side_cols = ProtoField.uint32("nearhalf.side_cols", "Side columns"),
    payload_bytes = ProtoField.uint32("nearhalf.payload_bytes", "Payload bytes"),
    reserved_b = ProtoField.uint32("nearhalf.reserved_b", "Reserved", base.HEX),
    payload = ProtoField.bytes("nearhalf.payload", "Payload"),
    main = ProtoField.bytes("nearhalf.main", "Main tensor"),
    side = ProtoField.bytes("nearhalf.side", "Side tensor"),
    row = ProtoField.string("nearhalf.row", "Row"),
    scale = ProtoField.float("nearhalf.scale", "Scale"),
    -- OPEN
    model_hash = ProtoField.bytes("nearhalf.open.model_hash", "SHA-256 of the backbone"),
    recipe_hash = ProtoField.bytes("nearhalf.open.recipe_hash", "SHA-256 of the A/B file"),
    recipe = ProtoField.uint16("nearhalf.open.recipe", "Recipe", base.DEC, RECIPES),
    recipe_version = ProtoField.uint16("nearhalf.open.recipe_version", "Recipe version"),
    open_positions = ProtoField.uint32("nearhalf.open.positions", "Positions asked for"),
    state_dtype = ProtoField.uint8("nearhalf.open.state_dtype", "State dtype", base.DEC, DTYPES),
    exchange_dtype = ProtoField.uint8("nearhalf.open.exchange_dtype", "Exchange dtype", base.DEC, DTYPES),
    taps = ProtoField.uint16("nearhalf.plan.taps", "Taps of the plan"),
    plan_layer = ProtoField.uint16("nearhalf.plan.layer", "Tap at layer"),
    r_down = ProtoField.uint16("nearhalf.plan.r_down", "r_down"),
    r_up = ProtoField.uint16("nearhalf.plan.r_up", "r_up"),
    targets = ProtoField.uint16("nearhalf.plan.targets", "Targets"),
    target_layer = ProtoField.uint16("nearhalf.plan.target.layer", "Target layer"),
    projection = ProtoField.uint8("nearhalf.plan.target.projection", "Projection", base.DEC, PROJECTIONS),
    -- OPENED
    opened_positions = ProtoField.uint32("nearhalf.opened.positions", "Positions granted"),
    most_rows = ProtoField.uint32("nearhalf.opened.most_rows", "Most rows a step"),
    idle_s = ProtoField.uint32("nearhalf.opened.idle_s", "Idle timeout (s)"),
    step_s = ProtoField.uint32("nearhalf.opened.step_s", "Step timeout (s)"),
    -- ERROR
    code = ProtoField.uint16("nearhalf.error.code", "Code", base.DEC, CODES),
    limit = ProtoField.uint64("nearhalf.error.limit", "Limit"),
}
nearhalf.fields = {}
for _, field in pairs(f) do
    table.insert(nearhalf.fields, field)
end

local fault = ProtoExpert.new("nearhalf.fault", "Breaks the protocol", expert.group.PROTOCOL, expert.severity.ERROR)
nearhalf.experts = { fault }

local function tensor_bytes(dtype, rows, cols)
    if cols == 0 then
        return 0
    end
    return rows * cols * (ITEM_BYTES[dtype] or 0) + (dtype == 4 and 4 * rows or 0)
end

local function half(bits)
    local sign = bits >= 0x8000 and -1 or 1
    local exponent = math.floor(bits / 0x400) % 32
    local fraction = bits % 0x400
    if exponent == 31 then
        return fraction == 0 and sign * math.huge or 0 / 0
    elseif exponent == 0 then
        return sign * fraction * 2 ^ -24
    end
    return sign * (1 + fraction / 1024) * 2 ^ (exponent - 15)
end

local function bfloat(bits)
    local sign = bits >= 0x8000 and -1 or 1
    local exponent = math.floor(bits / 0x80) % 256
    local fraction = bits % 0x80
    if exponent == 255 then
        return fraction == 0 and sign * math.huge or 0 / 0
    elseif exponent == 0 then
        return sign * fraction * 2 ^ -133
    end
    return sign * (1 + fraction / 128) * 2 ^ (exponent - 127)
end

local function value(range, dtype, scale)
    if dtype == 1 then
        return range:le_float()
    elseif dtype == 2 then
        return half(range:le_uint())
    elseif dtype == 3 then
        return bfloat(range:le_uint())
    end
    return range:le_int() * scale
end

-- A tensor, row by row. int8: one fp32 scale a row comes first.
local function add_tensor(tree, field, range, dtype, rows, cols)
    local item = ITEM_BYTES[dtype]
    local name = string.format(": %d x %d %s", rows, cols, DTYPES[dtype])
    local branch = tree:add(field, range):append_text(name)
    local first = dtype == 4 and 4 * rows or 0
    for row = 0, math.min(rows, SHOWN_ROWS) - 1 do
        local scale = 1
        if dtype == 4 then
            branch:add_le(f.scale, range(4 * row, 4))
            scale = range(4 * row, 4):le_float()
        end
        local place = first + row * cols * item
        local words = {}
        for column = 0, math.min(cols, SHOWN_VALUES) - 1 do
            table.insert(words, string.format("%.6g", value(range(place + column * item, item), dtype, scale)))
        end
        if cols > SHOWN_VALUES then
            table.insert(words, "...")
        end
        branch:add(f.row, range(place, cols * item), table.concat(words, " "), string.format("Row %d: %s", row, table.concat(words, " ")))
    end
end

local function add_tensors(tree, payload, kind, dtype, side_dtype, rows, cols, side_cols)
    local main = tensor_bytes(dtype, rows, cols)
    local side = tensor_bytes(side_dtype, rows, side_cols)
    if main > 0 then
        add_tensor(tree, f.main, payload(0, main), dtype, rows, cols)
    end
    if side > 0 then
        add_tensor(tree, f.side, payload(main, side), side_dtype, rows, side_cols)
    end
end

local function add_open(tree, payload)
    if payload:len() < 76 then
        return false
    end
    tree:add(f.model_hash, payload(0, 32))
    tree:add(f.recipe_hash, payload(32, 32))
    tree:add_le(f.recipe, payload(64, 2))
    tree:add_le(f.recipe_version, payload(66, 2))
    tree:add_le(f.open_positions, payload(68, 4))
    tree:add_le(f.state_dtype, payload(72, 1))
    tree:add_le(f.exchange_dtype, payload(73, 1))
    local taps = payload(74, 2):le_uint()
    tree:add_le(f.taps, payload(74, 2))
    local place = 76
    for _ = 1, taps do
        if place + 8 > payload:len() then
            return false
        end
        local targets = payload(place + 6, 2):le_uint()
        if place + 8 + 3 * targets > payload:len() then
            return false
        end
        local tap = tree:add_le(f.plan_layer, payload(place, 2))
        tap:add_le(f.r_down, payload(place + 2, 2))
        tap:add_le(f.r_up, payload(place + 4, 2))
        tap:add_le(f.targets, payload(place + 6, 2))
        place = place + 8
        for _ = 1, targets do
            local target = tap:add_le(f.target_layer, payload(place, 2))
            target:add_le(f.projection, payload(place + 2, 1))
            place = place + 3
        end
    end
    return place == payload:len()
end

local function add_opened(tree, payload)
    if payload:len() < 16 then
        return false
    end
    tree:add_le(f.opened_positions, payload(0, 4))
    tree:add_le(f.most_rows, payload(4, 4))
    tree:add_le(f.idle_s, payload(8, 4))
    tree:add_le(f.step_s, payload(12, 4))
    return true
end

local function add_error(tree, payload)
    if payload:len() < 10 then
        return false
    end
    tree:add_le(f.code, payload(0, 2))
    tree:add_le(f.limit, payload(2, 8))
    return true
end

local CONTROL = { [1] = add_open, [16] = add_opened, [19] = add_error }

local function describe(buffer, kind)
    local name = KINDS[kind] or ("kind " .. kind)
    if TENSOR_KINDS[kind] then
        local text = string.format(
            "%s step %d position %d, %d x %d %s", name, buffer(16, 4):le_uint(), buffer(20, 4):le_uint(),
            buffer(28, 4):le_uint(), buffer(32, 4):le_uint(), DTYPES[buffer(5, 1):uint()] or "?"
        )
        if TAP_KINDS[kind] then
            text = text .. string.format(", tap %d", buffer(24, 2):le_uint())
        end
        return text
    elseif kind == 19 and buffer:len() >= HEADER_BYTES + 2 then
        local code = buffer(HEADER_BYTES, 2):le_uint()
        return name .. " " .. (CODES[code] or code)
    end
    return name
end

local function add_header(tree, buffer)
    tree:add(f.magic, buffer(0, 2))
    tree:add(f.major, buffer(2, 1))
    tree:add(f.minor, buffer(3, 1))
    tree:add(f.kind, buffer(4, 1))
    tree:add(f.dtype, buffer(5, 1))
    tree:add(f.side_dtype, buffer(6, 1))
    local flags = tree:add(f.flags, buffer(7, 1))
    flags:add(f.want_last, buffer(7, 1))
    flags:add(f.want_all, buffer(7, 1))
    flags:add(f.rowwise, buffer(7, 1))
    flags:add(f.train, buffer(7, 1))
    tree:add_le(f.session, buffer(8, 8))
    tree:add_le(f.step, buffer(16, 4))
    tree:add_le(f.position, buffer(20, 4))
    tree:add_le(f.tap, buffer(24, 2))
    tree:add_le(f.reserved_a, buffer(26, 2))
    tree:add_le(f.rows, buffer(28, 4))
    tree:add_le(f.cols, buffer(32, 4))
    tree:add_le(f.side_cols, buffer(36, 4))
    tree:add_le(f.payload_bytes, buffer(40, 4))
    tree:add_le(f.reserved_b, buffer(44, 4))
end

function nearhalf.dissector(buffer, pinfo, root)
    if buffer:len() < HEADER_BYTES then
        return 0
    end
    local kind = buffer(4, 1):uint()
    local words = describe(buffer, kind)
    pinfo.cols.protocol = "Nearhalf"
    pinfo.cols.info:append(" [" .. words .. "]")
    local tree = root:add(nearhalf, buffer(), "Nearhalf " .. words)
    add_header(tree, buffer)
    local rest = buffer:len() - HEADER_BYTES
    if rest == 0 then
        return buffer:len()
    end
    local payload = buffer(HEADER_BYTES, rest)
    local branch = tree:add(f.payload, payload)
    if CONTROL[kind] then
        if not CONTROL[kind](branch, payload) then
            tree:add_proto_expert_info(fault, "The payload of " .. words .. " is not as long as it must be")
        end
        return buffer:len()
    end
    local dtype, side_dtype = buffer(5, 1):uint(), buffer(6, 1):uint()
    local rows, cols, side_cols = buffer(28, 4):le_uint(), buffer(32, 4):le_uint(), buffer(36, 4):le_uint()
    if tensor_bytes(dtype, rows, cols) + tensor_bytes(side_dtype, rows, side_cols) ~= rest then
        tree:add_proto_expert_info(fault, "The payload is not as long as its shape says")
        return buffer:len()
    end
    add_tensors(branch, payload, kind, dtype, side_dtype, rows, cols, side_cols)
    return buffer:len()
end

-- One whole frame, and nothing else: the magic, a version that this file knows, and the length that the header says.
local function looks_like_a_frame(buffer)
    if buffer:len() < HEADER_BYTES or buffer(0, 2):string() ~= "NH" or buffer(2, 1):uint() ~= 1 then
        return false
    end
    return buffer(40, 4):le_uint() == buffer:len() - HEADER_BYTES
end

nearhalf:register_heuristic("ws", function(buffer, pinfo, root)
    if not looks_like_a_frame(buffer) then
        return false
    end
    nearhalf.dissector(buffer, pinfo, root)
    return true
end)
