"""Principal components against R's prcomp, and clusters against its kmeans from the same start, to 1e-8."""

import pathlib
import tempfile

import check

EXACT = {"minimum_rows": 10, "minimum_cell": 1, "parameters_share": 1}
FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="concordat-components-"))
SCHEMA = [{"name": name, "range": span} for name, span in (
    ("length", [4, 8]), ("width", [2, 4.5]), ("petal", [1, 7]), ("across", [0, 2.6]))]
SCHEMA.append({"name": "species", "levels": ["setosa", "versicolor", "virginica"]})
ALL = "~ length + width + petal + across"

DATA = """
flowers <- setNames(datasets::iris, c("length", "width", "petal", "across", "species"))
flowers$width[c(3, 77)] <- NA
"""
PCA = """
fit <- prcomp(%s, data = flowers, scale. = %s, na.action = na.omit)
for (k in seq_len(ncol(fit$rotation))) {
  size <- abs(fit$rotation[, k])
  if (fit$rotation[which(size > max(size) - 1e-9)[1], k] < 0) fit$rotation[, k] <- -fit$rotation[, k]
}
show("pca%d", unname(rbind(fit$sdev, fit$sdev^2 / sum(fit$sdev^2), fit$rotation)))
"""
KMEANS = """
x <- as.matrix(na.omit(flowers[, c("length", "width", "petal", "across")]))
weights <- sqrt(c(%s))
fit <- suppressWarnings(kmeans(sweep(x, 2, weights, "*"), sweep(rbind(%s), 2, weights, "*"), algorithm = "Lloyd", iter.max = 200))
show("centres%d", unname(sweep(fit$centers, 2, weights, "/")))
show("within%d", t(fit$withinss))
show("sizes%d", t(fit$size))
"""
COMPONENTS = [(ALL, {}), (ALL, {"scale": True}), (ALL, {"scale": True, "components": 2}), ("~ log(length) + I(petal^2) + across", {})]
CLUSTERS = [{"k": 2}, {"k": 3, "seed": 5}, {"k": 3, "seed": 8, "scale": True}, {"k": 4, "seed": 11}, {"k": 6, "seed": 3, "scale": True}]


def fit(method, formula, members=4, **options):
    call = {"method": method, "formula": formula, "options": options}
    return check.run({"csv": str(FOLDER / "flowers.csv"), "schema": SCHEMA, "call": call, "members": members, "rules": EXACT})


def column(found, name):
    place = found["columns"].index(name)
    return [row[place] for row in found["rows"]]


def components(place, formula, options, shown):
    found = fit("pca", formula, **options)
    deviations, shares, *loadings = shown[f"pca{place}"][1]
    kept = options.get("components", len(deviations))
    columns = len(loadings)
    what = f"pca {formula} {options}"
    check.near(column(found, "standard_deviation")[::columns], deviations[:kept], 1e-9, what)
    check.near(column(found, "variance_share")[::columns], shares[:kept], 1e-9, what)
    check.near(column(found, "loading"), [loadings[j][k] for k in range(kept) for j in range(columns)], 1e-8, what)
    check.near(column(fit("pca", formula, members=1, **options), "loading"), column(found, "loading"), 1e-12, what + " by one")


def clusters(place, options, found, shown):
    columns = 4
    what = f"kmeans {options}"
    check.near(column(found, "centre"), [n for row in shown[f"centres{place}"][1] for n in row], 1e-9, what)
    check.near(column(found, "within_sum_of_squares")[::columns], shown[f"within{place}"][1][0], 1e-8, what)
    check.near(column(found, "size")[::columns], shown[f"sizes{place}"][1][0], 0, what)
    check.near(column(fit("kmeans", ALL, members=1, **options), "centre"), column(found, "centre"), 1e-12, what + " by one")


def main():
    check.r(DATA + f'write.csv(flowers, "{FOLDER}/flowers.csv", row.names = FALSE, quote = FALSE)\n')
    code = DATA
    for place, (formula, options) in enumerate(COMPONENTS):
        code += PCA % (formula, str(options.get("scale", False)).upper(), place)
    fits = [fit("kmeans", ALL, **options) for options in CLUSTERS]
    compared = 0
    for place, found in enumerate(fits):
        if not check.true("refused" not in found, f"kmeans {CLUSTERS[place]}: {found.get('refused')}"):
            continue
        if found["model"]["moves"] > 0:  # R stops where a cluster is empty
            continue
        start = ", ".join(f"c({', '.join(map(repr, row))})" for row in found["model"]["start"])
        code += KMEANS % (", ".join(map(repr, found["model"]["weights"])), start, place, place, place)
        compared += 1
    check.true(compared >= 3, f"only {compared} clusterings are compared with R's")
    shown = check.r(code)
    for place, (formula, options) in enumerate(COMPONENTS):
        components(place, formula, options, shown)
    for place, found in enumerate(fits):
        if f"centres{place}" in shown:
            clusters(place, CLUSTERS[place], found, shown)
    check.end(len(COMPONENTS) + len(CLUSTERS))


main()
