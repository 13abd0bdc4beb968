-- End one session of an account, and have its open event streams look again.
-- KEYS[1] the account's sessions; ARGV session id, channel
local digest = redis.call('HGET', KEYS[1], ARGV[1])
if not digest then
  return 0
end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('DEL', 'gateway:session:' .. digest)
redis.call('PUBLISH', ARGV[2], '{"check": true}')
return 1
