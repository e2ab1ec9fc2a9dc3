-- state.db, version 2: how far each destination of alerts has the events. seq: the last one that it has, or does not
-- want; it moves after the delivery, so what a crash comes between is delivered again.
CREATE TABLE delivery (
	destination TEXT NOT NULL PRIMARY KEY,
	seq INTEGER NOT NULL CHECK (seq >= 0),
	delivered_ms INTEGER NOT NULL,
	listed INTEGER NOT NULL CHECK (listed IN (0, 1))
) STRICT, WITHOUT ROWID;
