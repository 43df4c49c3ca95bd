-- Posts random lines of a file. `@UUID@` in a line becomes a UUID v7 of its own in each request.

local requests = {}
local sent = 0
local seconds

function init(arguments)
    seconds = os.time()
    math.randomseed(tonumber(tostring(seconds):reverse():sub(1, 6)))
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/json"
    for line in io.lines(arguments[1]) do
        if line:find("@UUID@", 1, true) then
            requests[#requests + 1] = line
        else
            requests[#requests + 1] = wrk.format(nil, nil, nil, line)
        end
    end
end

-- A UUID v7 whose time is that of the run's begin and a count, so that ids are in order and none comes twice.
local function uuid()
    sent = sent + 1
    local millis = seconds * 1000 + math.floor(sent / 1000)
    return string.format(
        "%08x-%04x-7%03x-8%03x-%06x%06x",
        math.floor(millis / 65536), millis % 65536, sent % 1000, math.random(0, 4095),
        math.random(0, 16777215), math.random(0, 16777215)
    )
end

function request()
    local found = requests[math.random(#requests)]
    if found:sub(1, 1) == "{" then
        return wrk.format(nil, nil, nil, (found:gsub("@UUID@", uuid())))
    end
    return found
end
