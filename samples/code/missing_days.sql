-- Which days of last month have fewer than 140 of their 144 ten-minute values?
-- Run on the first of each month; more than three lines and somebody drives out.

WITH RECURSIVE day(d) AS (
    SELECT date('now', 'start of month', '-1 month')
    UNION ALL
    SELECT date(d, '+1 day') FROM day
    WHERE d < date('now', 'start of month', '-1 day')
),
counted AS (
    SELECT s.code, day.d, count(l.value) AS n
    FROM station AS s
    CROSS JOIN day
    LEFT JOIN level AS l
        ON l.station = s.code
        AND l.time >= unixepoch(day.d)
        AND l.time < unixepoch(day.d, '+1 day')
    GROUP BY s.code, day.d
)
SELECT code AS station, d AS day, n AS values_present, 144 - n AS values_missing
FROM counted
WHERE n < 140
ORDER BY n, code, d;
