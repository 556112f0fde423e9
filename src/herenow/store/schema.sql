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
-- The newest position of each device, and what it is called. Written in the transaction of its position.
CREATE TABLE newest (
  device INTEGER PRIMARY KEY REFERENCES devices,
  time INTEGER NOT NULL,
  tie INTEGER NOT NULL,
  name TEXT,
  kind TEXT
);
PRAGMA user_version = 1;
