-- Highest good level of each hydrological year (1 October to 30 September), with its moment.
-- A calendar year would cut our floods in two at New Year.

WITH dated AS (
    SELECT
        station,
        time,
        value,
        CAST(strftime('%Y', time, 'unixepoch', '+3 months') AS INTEGER) AS hydro_year
    FROM level
    WHERE flag IN ('G', 'E')
),
ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY station, hydro_year ORDER BY value DESC, time
        ) AS place
    FROM dated
)
SELECT station, hydro_year, round(value, 2) AS peak_m, datetime(time, 'unixepoch') AS peak_utc
FROM ranked
WHERE place = 1
ORDER BY station, hydro_year;
