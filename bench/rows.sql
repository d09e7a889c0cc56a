-- Ten million made-up rows, the same on every machine: every value is a hash of its row's number.
-- people: one row an id. Its CSV twin: the same rows. claims: 4 million people with some rows each.
-- wild: as people, but one value in 100,000 is outside what its contract says.
CREATE MACRO pick(i, salt, n) AS CAST(hash(i, salt) % n AS BIGINT);

COPY (
  SELECT i AS id, pick(i, 1, 4000000) AS person, pick(i, 2, 101) AS age,
         CASE WHEN pick(i, 3, 20) > 0 THEN pick(i, 4, 100) END AS hours,
         CAST(pick(i, 5, 10000000) / 100 AS DOUBLE) AS income,
         ['north', 'south', 'east', 'west', 'north-east', 'north-west', 'south-east', 'south-west'][1 + pick(i, 6, 8)] AS region,
         'trade ' || pick(i, 7, 400) AS trade,
         CASE WHEN pick(i, 8, 50) = 0 THEN 'unknown' ELSE CAST(pick(i, 9, 1000) AS VARCHAR) END AS code,
         DATE '2020-01-01' + CAST(pick(i, 10, 2190) AS INTEGER) AS day
  FROM range(10000000) AS numbers(i)
) TO 'people.parquet' (FORMAT parquet);

COPY (SELECT * FROM read_parquet('people.parquet')) TO 'people.csv' (FORMAT csv, HEADER);

COPY (
  SELECT * REPLACE (
    CASE pick(id, 11, 100000) WHEN 0 THEN 1e9 WHEN 1 THEN CAST('NaN' AS DOUBLE) ELSE income END AS income,
    CASE pick(id, 12, 100000) WHEN 0 THEN 10000 ELSE hours END AS hours,
    CASE pick(id, 13, 100000) WHEN 0 THEN 'nowhere' ELSE region END AS region)
  FROM read_parquet('people.parquet')
) TO 'wild.parquet' (FORMAT parquet);

-- A small file, of the size of the Adult census data.
COPY (SELECT * FROM read_parquet('people.parquet') WHERE id < 32561) TO 'small.parquet' (FORMAT parquet);
COPY (SELECT * FROM read_parquet('small.parquet')) TO 'small.csv' (FORMAT csv, HEADER);
