-- Wait until no other transaction of this database claims prefixes that somebody's may overlap, and
-- keep others out until this one ends: what the claim then sees of overlapping rows stays true. The
-- row is locked although nothing changes in it.
UPDATE lease6_types SET name = name WHERE lease_type = 2
