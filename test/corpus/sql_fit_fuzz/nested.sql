WITH g AS (SELECT * FROM concordat.glm('y ~ x', 'people', exact => true, n => -3)) SELECT * FROM g
