-- Version 1: runs, and their metrics by epoch and by step.

CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice
    folder TEXT NOT NULL UNIQUE,           -- relative to the database's where it lies within, with strokes as in POSIX
    state TEXT NOT NULL CHECK (state IN ('running', 'finished', 'interrupted', 'failed')),
    note TEXT NOT NULL DEFAULT '',         -- how it ended, in a few words
    begun TEXT NOT NULL,                   -- ISO 8601, UTC
    seconds REAL NOT NULL DEFAULT 0,       -- of training
    epochs_done INTEGER NOT NULL DEFAULT 0,
    seed INTEGER,
    study TEXT,                            -- of a trial, the search that it belongs to
    trial INTEGER,
    settings TEXT NOT NULL DEFAULT '{}',   -- from here on JSON objects
    data TEXT NOT NULL DEFAULT '{}',       -- name, fingerprint, samples, ...
    versions TEXT NOT NULL DEFAULT '{}',
    machine TEXT NOT NULL DEFAULT '{}',
    results TEXT NOT NULL DEFAULT '{}',    -- set -> metric -> value
    process TEXT NOT NULL DEFAULT '{}'     -- host, pid and start of the process that trains it
);

CREATE INDEX runs_by_study ON runs (study, trial);

CREATE TABLE metrics (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    per TEXT NOT NULL CHECK (per IN ('epoch', 'step')),
    number INTEGER NOT NULL,               -- epoch or step, from 1
    name TEXT NOT NULL,
    value REAL,                            -- NULL where it is not a number
    PRIMARY KEY (run, per, name, number)
) WITHOUT ROWID;
