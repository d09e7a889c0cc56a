"""Makes people.csv: 400 people who do not exist, some of whose values are not known. python3 people.py > people.csv"""

import random

CHANCE = random.Random(20261128)
print("age,chol,dose,sex,region,smoker,disease,visits,cost,days,died,share,site()")
for _ in range(400):
    age = CHANCE.randint(18, 90)
    sex = CHANCE.choice(["female", "male"])
    region = CHANCE.choices(["north", "south", "west"], [4, 3, 2])[0]
    smoker = CHANCE.choices(["no", "yes"], [3, 2])[0]
    chol = round(CHANCE.gauss(200 + age / 4, 30), 1)
    dose = round(CHANCE.expovariate(0.5) + 0.1, 3)
    risk = -6 + 0.06 * age + 0.8 * (sex == "male") + 0.01 * chol + 0.5 * (smoker == "yes")
    disease = "yes" if CHANCE.random() < 1 / (1 + 2.718281828 ** -risk) else "no"
    visits = sum(CHANCE.random() < 0.02 + age / 600 + 0.1 * (region == "west") for _ in range(20))
    cost = round(CHANCE.gammavariate(2, 50 + age + 40 * (disease == "yes")), 2)
    days = round(CHANCE.expovariate((0.5 + age / 100 + (sex == "male")) / 1000) + 1)
    died = int(CHANCE.random() < 0.6)
    row = [age, chol, dose, sex, region, smoker, disease, visits, cost, min(days, 3000), died,
           round(CHANCE.uniform(0.2, 3), 2), CHANCE.choice(["budapest", "cleveland", "zurich"])]
    for place in (0, 1, 3, 4):
        if CHANCE.random() < 0.02:
            row[place] = "NA"
    print(",".join(str(value) for value in row))
