-- Let a session view the portal as another account, unless it does so already.
-- KEYS[1] the sessions of its owner, KEYS[2] the sessions that view as that account
-- ARGV    now (ms), session id, view id, latest end (ms), view, account viewed
-- returns when it ends (ms), or 0 where it did not begin
local now = tonumber(ARGV[1])
local digest = redis.call('HGET', KEYS[1], ARGV[2])
if not digest then
  return 0
end
local key = 'gateway:session:' .. digest
local found = redis.call('HMGET', key, 'ends', 'view_ends')
if not found[1] or now >= tonumber(found[1]) or (found[2] and now < tonumber(found[2])) then
  return 0
end
local ends = math.min(tonumber(ARGV[4]), tonumber(found[1]))
redis.call('HSET', key, 'view', ARGV[5], 'view_id', ARGV[3], 'view_ends', string.format('%.0f', ends), 'viewed', ARGV[6])
redis.call('SADD', KEYS[2], digest)
redis.call('PEXPIREAT', KEYS[2], ARGV[4])
return ends
