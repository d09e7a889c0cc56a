SELECT * FROM concordat.glm('y ~ x', 'people') g, people
