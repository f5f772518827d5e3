-- By this a store that is opened again after a failed commit knows whether the commit counts.
CREATE TABLE last_batch (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL);
