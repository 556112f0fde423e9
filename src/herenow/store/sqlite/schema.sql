-- Version 1. Positions lie in the order in which a track is read; a position that comes again finds its key taken.
CREATE TABLE devices (
  id INTEGER PRIMARY KEY,
  device_id TEXT NOT NULL UNIQUE
);
CREATE TABLE positions (
  device INTEGER NOT NULL REFERENCES devices,
  time INTEGER NOT NULL,          -- ms
  tie INTEGER NOT NULL,
  latitude REAL NOT NULL,
  longitude REAL NOT NULL,
  altitude REAL,
  speed REAL,
  course REAL,
  accuracy REAL,
  battery REAL,
  attributes TEXT,                -- JSON
  received INTEGER NOT NULL,      -- ms
  source TEXT NOT NULL,
  PRIMARY KEY (device, time, tie)
) WITHOUT ROWID;
-- Each device as its newest position left it. Written in the transaction of that position.
CREATE TABLE newest (
  device INTEGER PRIMARY KEY REFERENCES devices,
  time INTEGER NOT NULL,          -- with tie, the newest position
  tie INTEGER NOT NULL,
  name TEXT,
  kind TEXT,
  course REAL,                    -- as reported, else of the last leg
  speed REAL,                     -- as reported, else of the last leg
  distance REAL NOT NULL,         -- m driven on that day
  day INTEGER NOT NULL            -- days since 1970
);
-- Version 2. Hours of devices that were written to in a period. Written in the transaction of the positions.
CREATE TABLE period (number INTEGER NOT NULL);  -- the one that is on: one row
INSERT INTO period VALUES (1);
CREATE TABLE changed (
  period INTEGER NOT NULL,        -- never less than that of an earlier transaction
  device INTEGER NOT NULL REFERENCES devices,
  hour INTEGER NOT NULL,          -- since 1970
  PRIMARY KEY (period, device, hour)
) WITHOUT ROWID;
-- Version 3. The same of devices that were erased since, and have no number any more.
CREATE TABLE erased (
  period INTEGER NOT NULL,
  device_id TEXT NOT NULL,
  hour INTEGER NOT NULL,
  PRIMARY KEY (period, device_id, hour)
) WITHOUT ROWID;
-- Version 4. Devices whose fixes are all ahead of their time are kept as well: what they report is known.
ALTER TABLE newest ADD COLUMN ahead INTEGER NOT NULL DEFAULT 0;  -- 1 where the position is no newest one
ALTER TABLE newest ADD COLUMN contact BLOB;                      -- see herenow.model.contact, as msgpack
INSERT INTO newest
SELECT d.id, p.time, p.tie, NULL, NULL, p.course, p.speed, 0.0, p.time / 86400000, 1, NULL
FROM devices d JOIN positions p ON p.device = d.id
WHERE NOT EXISTS (SELECT 1 FROM newest WHERE device = d.id) AND (p.time, p.tie) =
  (SELECT time, tie FROM positions WHERE device = d.id ORDER BY time DESC, tie DESC LIMIT 1);
-- Which state of this file the rollups were made from: each period has a random mark, which a copy that goes on by itself
-- does not come to have.
CREATE TABLE marks (
  period INTEGER PRIMARY KEY,
  mark INTEGER NOT NULL           -- what the reader of changes asks with next
);
-- Version 5.
ALTER TABLE positions ADD COLUMN satellites INTEGER;
ALTER TABLE positions ADD COLUMN hdop REAL;
-- Version 6. What is new lies as it came, one row a commit; what is older as hours of devices, to which the compaction
-- takes it. `positions` is what an older Herenow stored, until the compaction has moved that, too. Each position counts
-- once, wherever it lies.
CREATE TABLE recent (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  positions INTEGER NOT NULL,     -- how many
  earliest INTEGER,               -- ms, of their times
  latest INTEGER,
  packed BLOB NOT NULL            -- see herenow.store.sqlite.recent
);
-- Of these, what cannot be read: for a repair of the file.
CREATE TABLE damaged (
  number INTEGER PRIMARY KEY,
  packed BLOB NOT NULL
);
CREATE TABLE blocks (
  number INTEGER PRIMARY KEY,     -- greater came later, within an hour of a device
  device INTEGER NOT NULL REFERENCES devices,
  hour INTEGER NOT NULL,          -- since 1970
  packed BLOB NOT NULL            -- see herenow.store.packing
);
CREATE INDEX blocks_of_hours ON blocks (device, hour);
-- Hours of devices with blocks that are to be merged.
CREATE TABLE unmerged (
  hour INTEGER NOT NULL,
  device INTEGER NOT NULL REFERENCES devices,
  blocks INTEGER NOT NULL,        -- how many small ones at most
  first INTEGER NOT NULL,         -- number of the first batch of the compaction that added to it last
  PRIMARY KEY (hour, device)
) WITHOUT ROWID;
ALTER TABLE newest ADD COLUMN position BLOB;  -- msgpack; NULL while it lies in `positions`
-- Version 7. Reading what is new costs what is new: of an hour, only the blocks that reach beyond a time, and from which
-- time on an hour of a device changed.
ALTER TABLE blocks ADD COLUMN latest INTEGER;     -- ms, of its positions; NULL in blocks of an older Herenow
DROP INDEX blocks_of_hours;
CREATE INDEX blocks_of_hours ON blocks (device, hour, latest);
ALTER TABLE changed ADD COLUMN earliest INTEGER;  -- ms; NULL where all of the hour may have changed
