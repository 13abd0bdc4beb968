-- Give a session back to its owner.
-- KEYS[1] the sessions of its owner; ARGV session id
-- returns the view that ended, or an empty string where there was none
local digest = redis.call('HGET', KEYS[1], ARGV[1])
if not digest then
  return ''
end
local key = 'gateway:session:' .. digest
local view = redis.call('HGET', key, 'view')
redis.call('HDEL', key, 'view', 'view_id', 'view_ends', 'viewed')
return view or ''
