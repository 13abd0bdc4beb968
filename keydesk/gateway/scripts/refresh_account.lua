-- Bring what is kept of an account up to date: its sessions get the new record or end, its tokens are forgotten.
-- Views that its sessions have, or that others have of it, end: what they began with may no longer be so.
-- KEYS[1] the account's sessions, KEYS[2] its tokens, KEYS[3] the sessions that view the portal as it
-- ARGV    channel, record ('' when the account is gone: every session ends), version,
--         the first epoch that may stay ('' when this is not about a new password), kept session id,
--         the account
local function end_view(key) -- as if its time had come, so that the next request is told
  if redis.call('HEXISTS', key, 'view_id') == 1 then
    redis.call('HSET', key, 'view_ends', 0)
  end
end
local channel, record, version, epoch, kept = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
local sessions = redis.call('HGETALL', KEYS[1])
for i = 1, #sessions, 2 do
  local id, key = sessions[i], 'gateway:session:' .. sessions[i + 1]
  local own = tonumber(redis.call('HGET', key, 'epoch'))
  if not own then
    redis.call('HDEL', KEYS[1], id)
  elseif record == '' or (epoch and own < epoch and id ~= kept) then
    redis.call('HDEL', KEYS[1], id)
    redis.call('DEL', key)
  else
    redis.call('HSET', key, 'record', record, 'version', version)
    end_view(key)
    if epoch then
      redis.call('HSET', key, 'epoch', math.max(own, epoch))
    end
  end
end
for _, digest in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  redis.call('DEL', 'gateway:token:' .. digest)
end
redis.call('DEL', KEYS[2])
for _, digest in ipairs(redis.call('SMEMBERS', KEYS[3])) do
  local key = 'gateway:session:' .. digest
  if redis.call('HGET', key, 'viewed') == ARGV[6] then
    end_view(key)
  end
end
redis.call('DEL', KEYS[3])
redis.call('PUBLISH', channel, '{"check": true}')
return #sessions / 2
