-- Runs inside the Tern-4. Decides how often to measure: calm water every ten minutes,
-- a rising river every minute, an empty battery once an hour.

local RISE_CM = 3      -- between two readings
local LOW_VOLT = 11.6
local CALM, FAST, SAVE = 600, 60, 3600

local last_cm = nil
local fast_left = 0

--- Seconds until the next reading.
-- @param level_cm the level just measured, or nil if the sensor said nothing
-- @param volt     battery voltage before the modem was switched on
function next_wait(level_cm, volt)
  if volt < LOW_VOLT then
    return SAVE
  end
  if level_cm == nil then
    return FAST  -- a silent sensor is a reason to ask again, not to go to sleep
  end
  if last_cm and level_cm - last_cm >= RISE_CM then
    fast_left = 120  -- two hours of attention
  end
  last_cm = level_cm
  if fast_left > 0 then
    fast_left = fast_left - 1
    return FAST
  end
  return CALM
end
