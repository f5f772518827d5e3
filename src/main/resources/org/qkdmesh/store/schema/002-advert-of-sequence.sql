-- The advert that a sequence was taken from, as its node signed it; empty where it is not kept.
ALTER TABLE sequence ADD COLUMN jws TEXT NOT NULL DEFAULT '';
