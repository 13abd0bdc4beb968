-- Open a session.
-- KEYS[1] session, KEYS[2] its account's sessions; ARGV now (ms), ends (ms), idle (ms), version, account,
-- session id, epoch, record, digest
local now, ends, idle = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('HSET', KEYS[1], 'version', ARGV[4], 'account', ARGV[5], 'id', ARGV[6], 'epoch', ARGV[7],
  'record', ARGV[8], 'seen', ARGV[1], 'ends', ARGV[2])
redis.call('PEXPIREAT', KEYS[1], math.min(now + idle, ends))
redis.call('HSET', KEYS[2], ARGV[6], ARGV[9])
if redis.call('PTTL', KEYS[2]) < ends - now then
  redis.call('PEXPIREAT', KEYS[2], ends)
end
return 1
