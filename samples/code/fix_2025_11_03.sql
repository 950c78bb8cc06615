-- Put right the week after the clock change: V4 and Z5, 26 October to 3 November 2025.
-- Values are fine, their times are 3600 s too early. Run once, by Annelore, 4 November.

BEGIN IMMEDIATE;

-- In two steps, because shifting in place would trip over the primary key.
UPDATE level
SET time = -(time + 3600)
WHERE station IN ('V4', 'Z5')
    AND time >= unixepoch('2025-10-26 00:00')
    AND time <= unixepoch('2025-11-03 10:20');

UPDATE level SET time = -time WHERE time < 0;

-- Must say 2430, the rows of the second step; otherwise ROLLBACK and ring Mara.
SELECT changes();

COMMIT;
