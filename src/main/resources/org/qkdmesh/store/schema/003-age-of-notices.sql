-- When a notice was put, so that one that nobody acknowledges can be seen. Of older ones it is not known.
ALTER TABLE notice ADD COLUMN made_at INTEGER NOT NULL DEFAULT 0;
UPDATE notice SET made_at = coalesce((SELECT age FROM store_age), 0);
