SELECT * FROM concordat.glm('disease ~ age + sex', 'patients', family => 'binomial')
