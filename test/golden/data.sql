-- Tables of the golden questions. Every value follows from the row's number, so that answers stay the same.

-- 400 people, one row each, within their contract; the last few hold what is allowed and awkward.
CREATE TABLE people (person VARCHAR, region VARCHAR, sex VARCHAR, age BIGINT, cost DOUBLE, score BIGINT, big BIGINT, height DOUBLE,
  employed BOOLEAN, day DATE, born DATE, seen TIMESTAMP, note VARCHAR);
INSERT INTO people SELECT
  'p' || i,
  CASE i % 5 WHEN 0 THEN 'north' WHEN 1 THEN 'south' WHEN 2 THEN 'south' WHEN 3 THEN 'east' END,
  CASE WHEN i % 2 = 0 THEN 'f' ELSE 'm' END,
  (i * 7) % 101,
  CASE WHEN i % 11 <> 0 THEN ((i * 137) % 50000) / 100.0 END,
  CASE WHEN i % 9 <> 0 THEN (i * 31) % 2001 - 1000 END,
  i * 1000003,
  150 + (i % 50),
  CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN true ELSE false END,
  CASE WHEN i % 13 <> 0 THEN DATE '2026-01-01' + CAST(i * 3 % 365 AS INTEGER) END,
  DATE '1930-01-01' + CAST(i * 71 % 30000 AS INTEGER),
  CASE WHEN i % 7 <> 0 THEN TIMESTAMP '2026-01-01 00:00:00' + INTERVAL 1 SECOND * (i * 17321 % 7700000) END,
  CASE i % 6 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'Tea' WHEN 3 THEN 'tea ' WHEN 4 THEN 'caf' || chr(233) ELSE 'a%b_c\d''e' END
  FROM range(380) AS t(i);
INSERT INTO people VALUES
  ('', 'east', 'f', 0, -10, -1000, -9223372036854775808, -0.0, true, DATE '2026-01-01', DATE '0001-01-01', TIMESTAMP '2026-01-01 00:00:00', ''),
  (' ', 'east', 'm', 100, 5000, 1000, 9223372036854775807, 1e308, false, DATE '2026-12-31', DATE '9999-12-31', TIMESTAMP '2026-03-31 23:59:59', ' '),
  ('Ünïcode', 'east', 'f', 50, 0, 0, 0, 4.9e-324, NULL, DATE '2026-02-28', DATE '2000-02-29', NULL, 'ÅÄÖ 日本語 🙂'),
  ('''; DROP TABLE people; --', NULL, 'm', 51, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '''; DROP TABLE people; --'),
  ('x1', NULL, 'm', 17, 12.345, 1, 1, 'inf', true, DATE '2026-06-15', DATE '1970-01-01', TIMESTAMP '2026-01-31 12:34:56.789012', '%'),
  ('x2', NULL, 'f', 18, 12.355, -1, -1, '-inf', true, DATE '2026-06-16', DATE '1969-12-31', TIMESTAMP '2026-02-28 23:59:59.999999', '_');
INSERT INTO people SELECT 'late' || i, 'north', 'f', 64 + i, 1000.5, 7, 7, 160, true, DATE '2026-05-05', DATE '1962-05-05',
  TIMESTAMP '2026-02-02 02:02:02', 'late' FROM range(14) AS t(i);

-- Rows of text, as from a file that nobody cleaned: types, ranges, domains and units are all broken somewhere.
CREATE TABLE visits ("Person Id" VARCHAR, kind VARCHAR, ward VARCHAR, minutes VARCHAR, "cost ""gbp""" VARCHAR, paid VARCHAR,
  day VARCHAR, seen VARCHAR, note VARCHAR);
INSERT INTO visits SELECT
  CAST(i % 250 AS VARCHAR),
  CASE i % 4 WHEN 0 THEN 'home' WHEN 1 THEN 'clinic' WHEN 2 THEN 'phone' ELSE 'carrier pigeon' END,
  'ward ' || (i % 250) % 3,
  CASE WHEN i % 17 = 0 THEN 'long' WHEN i % 19 = 0 THEN '-5' WHEN i % 23 = 0 THEN '999999999999' ELSE CAST(i % 241 AS VARCHAR) END,
  CASE WHEN i % 29 = 0 THEN 'NaN' WHEN i % 31 = 0 THEN 'inf' WHEN i % 37 = 0 THEN '-infinity' WHEN i % 41 = 0 THEN '' ELSE CAST((i * 7 % 1000) / 10.0 AS VARCHAR) END,
  CASE i % 5 WHEN 0 THEN 'true' WHEN 1 THEN 'false' WHEN 2 THEN 'perhaps' WHEN 3 THEN '1' END,
  CASE WHEN i % 43 = 0 THEN '2024-02-30' WHEN i % 47 = 0 THEN 'infinity' WHEN i % 53 = 0 THEN '0044-03-15 (BC)'
    ELSE CAST(DATE '2024-01-01' + CAST(i % 366 AS INTEGER) AS VARCHAR) END,
  CASE WHEN i % 59 = 0 THEN '290309-12-21 (BC) 00:00:00' WHEN i % 61 = 0 THEN 'yesterday' ELSE '2024-05-06 07:08:09' END,
  CASE WHEN i % 3 = 0 THEN 'wiped' END
  FROM range(500) AS t(i);
-- Nobody's rows, and one person's many.
INSERT INTO visits SELECT NULL, 'home', 'ward 0', '60', '50', 'true', '2024-07-01', NULL, 'nobody' FROM range(40);
INSERT INTO visits SELECT 'not a number', 'home', 'ward 0', '60', '50', 'true', '2024-07-01', NULL, 'nobody' FROM range(5);
INSERT INTO visits SELECT '777', CASE i % 3 WHEN 0 THEN 'home' WHEN 1 THEN 'clinic' ELSE 'phone' END, 'ward 7', '240', '100', 'true',
  '2024-12-31', '9999-12-31 23:59:59.999999', 'many' FROM range(90) AS t(i);

CREATE TABLE stays (person BIGINT, kind VARCHAR, nights BIGINT, price DOUBLE, town VARCHAR);
INSERT INTO stays SELECT i // 3, CASE WHEN i % 5 < 3 THEN 'short' ELSE 'long' END, i % 31, CASE WHEN i % 8 <> 0 THEN i % 1000 END,
  CASE (i // 3) % 3 WHEN 0 THEN 'Ely' WHEN 1 THEN 'Wells' ELSE 'Hamlet ' || i // 3 END FROM range(600) AS t(i);

CREATE TABLE readings (meter VARCHAR, value DOUBLE, "count" BIGINT);
INSERT INTO readings SELECT CASE i % 3 WHEN 0 THEN 'gas' WHEN 1 THEN 'power' ELSE 'steam' END,
  CASE WHEN i % 10 = 0 THEN 'NaN' WHEN i % 10 = 1 THEN 'inf' WHEN i % 10 = 2 THEN '-3' ELSE CAST((i % 10) / 10.0 AS VARCHAR) END,
  i % 21 - 10 FROM range(300) AS t(i);

CREATE TABLE areas (code VARCHAR, borough VARCHAR, people BIGINT, share DOUBLE);
INSERT INTO areas VALUES ('E1', 'Lewisham', 1500, 0.25), ('E2', 'Lewisham', 1700, 0.5), ('E3', 'Southwark', 1600, NULL),
  ('E4', 'Southwark', 20000, 'NaN'), ('E5', NULL, NULL, 0.125);

-- Public tables with keys. No region is called east, and no one lives in two of these; a row without a key fits nobody.
CREATE TABLE regions (name VARCHAR, quarter VARCHAR, rain DOUBLE, capital VARCHAR, opened DATE);
INSERT INTO regions VALUES ('north', 'upper', 900.5, 'Norwich', DATE '1900-01-01'), ('south', 'lower', 600, 'Southend', NULL),
  ('west', 'lower', NULL, 'Weston', DATE '1950-06-15'), ('North', 'upper', 1, 'Nowhere', NULL), ('south ', 'lower', 2, 'Nowhere', NULL),
  (NULL, 'upper', 99999, 'Nobody', NULL), (NULL, 'nowhere', 3, 'Nobody', NULL);

CREATE TABLE quarters (code VARCHAR, label VARCHAR, weight BIGINT);
INSERT INTO quarters VALUES ('upper', 'Upper half', 3), ('middle', 'Middle', 2);

CREATE TABLE calendar (day DATE, season VARCHAR, working BOOLEAN);
INSERT INTO calendar SELECT DATE '2026-01-01' + CAST(i AS INTEGER), CASE WHEN i < 90 THEN 'winter' WHEN i < 181 THEN 'spring'
  WHEN i < 273 THEN 'summer' END, i % 7 NOT IN (2, 3) FROM range(300) AS t(i);

CREATE TABLE bands (sex VARCHAR, age VARCHAR, band VARCHAR, pension BIGINT);
INSERT INTO bands SELECT s, CAST(i AS VARCHAR), CASE WHEN i < 18 THEN 'child' WHEN i < 65 THEN 'adult' ELSE 'elder' END, i * 100
  FROM range(90) AS t(i), (VALUES ('f'), ('m')) AS v(s) WHERE NOT (s = 'm' AND i > 80);
INSERT INTO bands VALUES (NULL, '5', 'child', 0), (NULL, '5', 'adult', 0), ('f', 'old', 'elder', 0), ('f', NULL, 'elder', 0);

CREATE TABLE grades (code VARCHAR, grade VARCHAR);
INSERT INTO grades VALUES ('007', 'seven'), ('1', 'one'), ('-1000', 'least'), (' 31 ', 'thirty-one'), ('none', 'none'), ('1e3', 'most');
