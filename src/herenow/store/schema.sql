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
