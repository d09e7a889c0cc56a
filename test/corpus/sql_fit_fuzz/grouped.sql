SELECT count(*) FROM concordat.glm('y ~ x', 'people') GROUP BY term
