-- All that was counted of a family counts from zero now. A worker that adds at this moment makes its row anew.
DELETE FROM statistic WHERE family = ?1
