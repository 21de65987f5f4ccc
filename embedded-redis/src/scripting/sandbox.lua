-- Runs once, before any script: makes what scripts see as their globals.

local native = ...
local error, next, pairs, pcall, rawget, rawset = error, next, pairs, pcall, rawget, rawset
local select, setmetatable, type, unpack, xpcall = select, setmetatable, type, unpack, xpcall
local byte, concat = string.byte, table.concat
local collectgarbage, loadstring, resume = collectgarbage, loadstring, coroutine.resume
local caught, locate, seen = native.caught, native.locate, native.seen

-- What stands before a table, and the table.
local real = {}
local outer = {}

local function refuse()
    error("Attempt to modify a readonly table", 2)
end

local function protect(table)
    local guard = setmetatable({}, {__index = table, __newindex = refuse, __metatable = false})
    real[guard] = table
    outer[#outer + 1] = guard
    return guard
end

local function missing(_, name)
    if type(name) ~= "string" and type(name) ~= "number" then
        error("Second argument to luaProtectedTableError must be a string or number", 2)
    end
    error("Script attempted to access nonexistent global variable '" .. name .. "'", 2)
end

local globals = setmetatable({}, {__index = missing})
for _, name in pairs({
    "_VERSION", "assert", "error", "getmetatable", "ipairs", "rawequal", "select", "setmetatable",
    "tonumber", "tostring", "type", "unpack", "gcinfo",
}) do
    globals[name] = _G[name]
end

local function check(name, count, value)
    if type(value) ~= "table" then
        local found = count == 0 and "no value" or type(value)
        error("bad argument #1 to '" .. name .. "' (table expected, got " .. found .. ")", 3)
    end
end

function globals.next(...)
    local table, key = ...
    check("next", select("#", ...), table)
    return next(real[table] or table, key)
end

function globals.pairs(...)
    local table = ...
    check("pairs", select("#", ...), table)
    local hidden = real[table]
    if hidden then
        return function(_, key) return next(hidden, key) end, table, nil
    end
    return next, table, nil
end

function globals.rawget(...)
    local table, key = ...
    check("rawget", select("#", ...), table)
    return rawget(real[table] or table, key)
end

function globals.rawset(...)
    local table, key, value = ...
    check("rawset", select("#", ...), table)
    if real[table] then
        error("Attempt to modify a readonly table", 0)
    end
    return rawset(table, key, value)
end

-- Errors of the server's functions are opaque: nobody is to see them so.

-- Lua's pcall puts one value more than it has asked room for on top of the results. That is safe, but
-- builds with assertions end there, so that many results come as one.

local many = {}

local function few(...)
    if select("#", ...) < 10 then
        return ...
    end
    return many, {count = select("#", ...), ...}
end

local function opened(...)
    local first, results = ...
    if first == many then
        return unpack(results, 1, results.count)
    end
    return ...
end

local function packed(call, ...)
    return few(call(...))
end

-- What Lua's own functions say of their arguments depends on who calls them. Those that have few
-- results are called by pcall itself.
local native_calls = {}
local function is_native(library)
    for _, call in pairs(library) do
        native_calls[call] = true
    end
end

local function protected(succeeded, ...)
    if succeeded then
        return true, opened(...)
    end
    return false, caught((...))
end

local function resumed(succeeded, ...)
    if succeeded then
        return true, opened(...)
    end
    return false, seen((...))
end

function globals.pcall(...)
    if select("#", ...) == 0 then
        return false, "attempt to call a boolean value"
    end
    local call = ...
    if type(call) ~= "function" or native_calls[call] then
        return protected(pcall(...))
    end
    return protected(pcall(packed, ...))
end

function globals.xpcall(call, ...)
    if select("#", ...) == 0 then
        error("bad argument #2 to 'xpcall' (value expected)", 2)
    end
    local handle = ...
    local function handled(problem)
        return handle(seen(problem))
    end
    return resumed(xpcall(function() return few(call()) end, handled))
end

local coroutines = {}
for name, value in pairs(coroutine) do
    coroutines[name] = value
end
function coroutines.resume(...)
    if type((...)) ~= "thread" then
        error("bad argument #1 to 'resume' (coroutine expected)", 2)
    end
    return resumed(resume(...))
end

-- Compiled code could do anything, so only source is taken.

function globals.loadstring(text, name, ...)
    if type(text) == "string" and byte(text) == 27 then
        return nil, "attempt to load a binary chunk"
    end
    return loadstring(text, name, ...)
end

function globals.load(piece, name)
    local pieces = {}
    while true do
        local text = piece()
        if text == nil or text == "" then
            break
        end
        pieces[#pieces + 1] = text
    end
    return globals.loadstring(concat(pieces), name or "=(load)")
end

-- It is not for a script to say when memory is looked through.
function globals.collectgarbage(what)
    return what == "count" and collectgarbage("count") or 0
end

for name, value in pairs(native.math or {}) do
    math[name] = value
end
local libraries = {string = string, table = table, math = math, coroutine = coroutines}
for name, library in pairs(native.libraries or {}) do
    libraries[name] = library
end
libraries.redis = native.redis
for name, library in pairs(libraries) do
    is_native(library)
    globals[name] = protect(library)
end
getmetatable("").__metatable = false
is_native(globals)
for _, call in pairs({unpack, select, string.byte, string.find, string.match,
        libraries.struct.unpack, libraries.cmsgpack.unpack, libraries.cmsgpack.unpack_limit}) do
    native_calls[call] = nil
end

local environment = protect(globals)
globals._G = environment

-- Functions such as table.insert don't ask: what they have put before a table is removed.
local function tidy()
    for index = 1, #outer do
        local guard = outer[index]
        local key = next(guard)
        while key ~= nil do
            rawset(guard, key, nil)
            key = next(guard)
        end
    end
end

local function finish(...)
    tidy()
    return ...
end

local current

local function first()
    return (current())
end

local function run(script)
    current = script
    return finish(xpcall(first, locate))
end

return globals, environment, run
