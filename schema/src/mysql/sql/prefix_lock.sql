-- Wait until no other transaction of this database claims prefixes that somebody's may overlap, and
-- keep others out until this one ends: what the claim then sees of overlapping rows stays true. The
-- row must really change, and prefix_locked.sql changes it back: the nodes of a cluster do not see each
-- other's locks, but of two transactions that changed the same row they let only one commit.
UPDATE lease6_types SET name = '' WHERE lease_type = 2
