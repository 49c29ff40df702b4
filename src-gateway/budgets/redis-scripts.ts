/**
 * The counts in Redis. Each script is one atomic step and does what memory-counts.ts does. Under the prefix `P`:
 * `c:<counter>` is a hash of `s<slot>` spent, `h<slot>` held, `w` and `g` when and in which generation the sums were read
 * from the ledger, `t` and `ts` the marks that were told; `holds` has what each id holds, `leases` until when; `done:<id>`
 * stands for an id that was settled; `gen` counts the recounts; `gateways` has who counts here. Numbers are written as
 * text, because JSON made in Redis keeps only 14 digits.
 */
const SHARED = `
local P = ARGV[1]
local req = cjson.decode(ARGV[2])
local function str(n) return string.format('%.0f', n) end
local function load(name)
  local flat = redis.call('HGETALL', P .. 'c:' .. name)
  local fields = {}
  for i = 1, #flat, 2 do fields[flat[i]] = flat[i + 1] end
  return fields
end
local function sum(fields, oldest)
  local spent, held = 0, 0
  for field, value in pairs(fields) do
    local kind, slot = string.sub(field, 1, 1), tonumber(string.sub(field, 2))
    if slot and slot >= oldest then
      if kind == 's' then spent = spent + tonumber(value) elseif kind == 'h' then held = held + tonumber(value) end
    end
  end
  return spent, held
end
local function add(name, field, amount, keep)
  local key = P .. 'c:' .. name
  redis.call('HINCRBY', key, field, str(amount))
  redis.call('EXPIRE', key, str(keep))
end
local function toldOf(fields, oldest)
  if fields['t'] and tonumber(fields['ts']) >= oldest then return tonumber(fields['t']) end
  return 0
end
local function tell(name, fields, item, reached)
  local before, now = toldOf(fields, item.oldestSec), 0
  for _, mark in ipairs(item.marks) do if mark <= reached then now = now + 1 end end
  if now <= before then return before, before end
  redis.call('HSET', P .. 'c:' .. name, 't', now, 'ts', str(item.slotSec))
  redis.call('EXPIRE', P .. 'c:' .. name, str(item.keepSec))
  return before, now
end
local function drop(id)
  local record = redis.call('HGET', P .. 'holds', id)
  if not record then return end
  for _, each in ipairs(cjson.decode(record)) do
    local key, field = P .. 'c:' .. each[1], 'h' .. str(each[2])
    if redis.call('HEXISTS', key, field) == 1 and redis.call('HINCRBY', key, field, str(0 - each[3])) == 0 then
      redis.call('HDEL', key, field)
    end
  end
  redis.call('HDEL', P .. 'holds', id)
  redis.call('ZREM', P .. 'leases', id)
end
local gen = redis.call('GET', P .. 'gen') or '0'
local function isWarm(fields) return fields['w'] ~= nil and fields['g'] == gen end
`;

export const CLAIM = `${SHARED}
for _, each in ipairs(req.warmth) do
  if not isWarm(load(each.counter)) then
    local key = P .. 'c:' .. each.counter
    for field in pairs(load(each.counter)) do
      if string.match(field, '^s%d') then redis.call('HDEL', key, field) end
    end
    for _, slot in ipairs(each.slots) do add(each.counter, 's' .. str(slot[1]), slot[2], each.keepSec) end
    redis.call('HSET', key, 'w', str(each.atMs), 'g', gen)
    redis.call('EXPIRE', key, str(each.keepSec))
  end
end
local known, cold = {}, {}
for index, claim in ipairs(req.claims) do
  known[index] = load(claim.counter)
  if claim.needsLedger and not isWarm(known[index]) then cold[#cold + 1] = index - 1 end
end
if #cold > 0 and not req.isForced then return { 0, cold, {} } end
local counts, isRefused = {}, false
for index, claim in ipairs(req.claims) do
  local fields, slots, newest = known[index], {}, -1
  local key = P .. 'c:' .. claim.counter
  for field, value in pairs(fields) do
    local kind, slot = string.sub(field, 1, 1), tonumber(string.sub(field, 2))
    if slot and (kind == 's' or kind == 'h') then
      if slot < claim.oldestSec then
        if kind == 's' then redis.call('HDEL', key, field) end
      elseif tonumber(value) > 0 then
        slots[#slots + 1] = { slot, tonumber(value) }
        if slot > newest then newest = slot end
      end
    end
  end
  local spent, held = sum(fields, claim.oldestSec)
  local aside, isWithinOwn = 0, false
  for _, part in ipairs(claim.setAside) do
    local partSpent, partHeld = sum(load(part.counter), part.oldestSec)
    local unused = part.amount - partSpent - partHeld
    if part.isOwn then
      unused = unused - claim.amount
      if unused >= 0 then isWithinOwn = true end
    end
    if unused > 0 then aside = aside + unused end
  end
  local stop = claim.stop
  local missing = -1
  if stop ~= cjson.null and not isWithinOwn then missing = spent + held + aside + claim.amount - stop end
  local fits, before, now = -1, toldOf(fields, claim.oldestSec), 0
  now = before
  if missing > 0 then
    isRefused = true
    table.sort(slots, function(a, b) return a[1] < b[1] end)
    local free = 0
    for _, slot in ipairs(slots) do
      free = free + slot[2]
      if free >= missing then fits = slot[1]; break end
    end
  end
  counts[index] = { spent, held, aside, missing > 0, fits, newest, before, now }
end
local isKnown = redis.call('HEXISTS', P .. 'holds', req.id) == 1 or redis.call('EXISTS', P .. 'done:' .. req.id) == 1
local isHeld = isKnown or req.isForced or not isRefused
if isHeld and not isKnown then
  for _, claim in ipairs(req.claims) do add(claim.counter, 'h' .. str(claim.slotSec), claim.amount, claim.keepSec) end
  redis.call('HSET', P .. 'holds', req.id, req.record)
  redis.call('ZADD', P .. 'leases', str(req.leaseSec), req.id)
end
local reply = {}
for index, claim in ipairs(req.claims) do
  local count = counts[index]
  if not isHeld and count[4] then
    count[7], count[8] = tell(claim.counter, known[index], claim, math.max(count[1], claim.stop))
  end
  reply[index] = { str(count[1]), str(count[2]), str(count[3]), count[4] and 1 or 0, count[5], count[6], count[7], count[8] }
end
return { isHeld and 1 or 0, cold, reply }
`;

export const SETTLE = `${SHARED}
local isDone = not redis.call('SET', P .. 'done:' .. req.id, 1, 'NX', 'EX', 300)
drop(req.id)
local reply = {}
for index, item in ipairs(req.settlements) do
  local fields = load(item.counter)
  local isCounted = not item.needsLedger or (isWarm(fields) and req.atMs >= tonumber(fields['w']) - req.ledgerDelayMs)
  if isCounted and not isDone and item.amount > 0 and item.slotSec >= item.oldestSec then
    add(item.counter, 's' .. str(item.slotSec), item.amount, item.keepSec)
    fields = load(item.counter)
  end
  local spent = sum(fields, item.oldestSec)
  local before, now = tell(item.counter, fields, item, spent)
  reply[index] = { str(spent), before, now }
end
return reply
`;

/** Says that a gateway is there and that its requests run; what belonged to one that is not there any more is given back. */
export const BEAT = `${SHARED}
for _, id in ipairs(req.running) do redis.call('ZADD', P .. 'leases', 'XX', str(req.leaseSec), id) end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'leases', '-inf', str(req.nowSec), 'LIMIT', 0, 200)) do drop(id) end
redis.call('ZADD', P .. 'gateways', str(req.nowSec + 15), req.gateway)
redis.call('ZREMRANGEBYSCORE', P .. 'gateways', '-inf', str(req.nowSec))
return redis.call('ZCARD', P .. 'gateways')
`;

export const RECOUNT = `redis.call('INCR', ARGV[1] .. 'gen') return 1`;
