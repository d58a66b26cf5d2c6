-- What was counted under one name: of a place and all within it, less what a reset took off there.
SELECT ((SELECT coalesce(sum(value), 0) FROM statistic
         WHERE family = $1::bigint AND name = $2::text AND subnet_id BETWEEN $3::bigint AND $4::bigint
           AND pool_id BETWEEN $5::bigint AND $6::bigint AND slot >= 0)
      + (SELECT coalesce(sum(value), 0) FROM statistic
         WHERE family = $1::bigint AND name = $2::text AND subnet_id = $3::bigint AND pool_id = $5::bigint
           AND slot = -1))::bigint AS value
