SELECT DISTINCT g.term, estimate * 2 AS twice FROM concordat.lm('y ~ x', data => 'people', level => 0.9) AS g WHERE df > $1 AND term <> 'age' ORDER BY 2 DESC LIMIT 3
