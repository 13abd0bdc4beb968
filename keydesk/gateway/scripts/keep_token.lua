-- Keep what accounts said of an API token for a short time.
-- KEYS[1] token, KEYS[2] its account's tokens; ARGV now (ms), ends (ms), version, account, record, digest, token id
redis.call('HSET', KEYS[1], 'version', ARGV[3], 'account', ARGV[4], 'record', ARGV[5], 'id', ARGV[7],
  'seen', ARGV[1], 'ends', ARGV[2])
redis.call('PEXPIREAT', KEYS[1], ARGV[2])
redis.call('SADD', KEYS[2], ARGV[6])
redis.call('PEXPIREAT', KEYS[2], ARGV[2])
return 1
