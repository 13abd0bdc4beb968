-- Look a credential up, note that it is used, and count the request: one round trip per request.
-- KEYS[1]  the credential, or an empty string without one
-- ARGV     now (ms), the credential's version that the caller already knows, idle limit (ms; 0: none),
--          the limit subject of the address, then four words for each limit: name, by, ms per request, requests
-- returns  {version, record, id, ends (ms), limit's name, requests left, ms until full, ms to wait, view,
--          view's end (ms)}:
--          the version is empty where no credential holds, the record where its version is known already;
--          the view is empty where the session is used by its owner as themselves, and has a version of its own;
--          the view's end is -1 for the first request after it
--          the limit is the nearest one, and a wait of 0 means that the request is admitted
local TOUCH_MS = 10000 -- "last seen" needs no more precision, and most requests then write nothing for it

local now, known, idle, address = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), ARGV[4]
local version, account, record, id, ends, view, view_ends = '', '', '', '', 0, '', 0

if KEYS[1] ~= '' then
  local found = redis.call('HMGET', KEYS[1], 'version', 'account', 'seen', 'ends', 'view_id', 'view_ends')
  if found[1] and now < tonumber(found[4]) and (idle == 0 or now < tonumber(found[3]) + idle) then
    version, account = found[1], found[2]
    if found[5] and now < tonumber(found[6]) then
      version, view_ends = version .. ':' .. found[5], tonumber(found[6])
    elseif found[5] then
      redis.call('HDEL', KEYS[1], 'view', 'view_id', 'view_ends', 'viewed')
      view_ends = -1
    end
    if idle > 0 and now - tonumber(found[3]) >= TOUCH_MS then
      redis.call('HSET', KEYS[1], 'seen', ARGV[1])
      redis.call('PEXPIREAT', KEYS[1], math.min(now + idle, tonumber(found[4])))
    end
    if version ~= known then
      local kept = redis.call('HMGET', KEYS[1], 'record', 'id', 'view')
      record, id, ends = kept[1], kept[2], tonumber(found[4])
      view = view_ends > 0 and kept[3] or ''
    end
  end
end

local buckets, nearest, wait = {}, nil, 0
for i = 5, #ARGV, 4 do
  local name, by, interval, requests = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3])
  local subject
  if by == 'address' or (by ~= 'account' and account == '') then
    subject = address
  elseif account ~= '' and by ~= 'nobody' then
    subject = account
  end
  if subject then
    local key = 'gateway:limit:' .. name .. ':' .. subject
    local full = math.max(tonumber(redis.call('GET', key) or now), now) + interval
    local late = full - now - requests * interval
    local bucket = {
      key = key, name = name, full = full,
      left = math.floor((requests * interval - (full - now)) / interval),
    }
    buckets[#buckets + 1] = bucket
    if late > 0 and late > wait then
      wait, nearest = late, bucket
    elseif wait == 0 and (nearest == nil or bucket.left < nearest.left) then
      nearest = bucket
    end
  end
end

if wait == 0 then
  for _, bucket in ipairs(buckets) do
    redis.call('SET', bucket.key, string.format('%.3f', bucket.full), 'PX', math.max(1, math.ceil(bucket.full - now)))
  end
end
if nearest == nil then
  return {version, record, id, ends, '', 0, 0, 0, view, view_ends}
end
return {
  version, record, id, ends,
  nearest.name, math.max(nearest.left, 0), math.ceil(nearest.full - now), math.ceil(wait),
  view, view_ends,
}
