# The demo's logistic model by R's glm, of all four hospitals' rows in one place, beside the table that the members came to (CSV on standard
# input). Only this demo can do that: it holds all four files. Ends with 1 when they differ by more than 1e-8.
pooled <- do.call(rbind, lapply(commandArgs(TRUE), function(file)
  read.csv(file, quote = "\"", strip.white = TRUE, na.strings = c("?", "-9", "-9.0", ""))[, c("age", "sex", "thalach", "num")]))
pooled$disease <- factor(pooled$num, levels = c("'present'", "'not_present'"))
by_r <- summary(glm(disease ~ age + sex + thalach, binomial, pooled, epsilon = 1e-14, maxit = 100))$coefficients
here <- read.csv(file("stdin"))
table <- data.frame(term = here$term, estimate = here$estimate, "by R" = by_r[here$term, 1], error = here$standard_error, "by R" = by_r[here$term, 2], check.names = FALSE)
options(width = 120)
print(table, row.names = FALSE, digits = 12)
apart <- max(abs(table[[2]] / table[[3]] - 1), abs(table[[4]] / table[[5]] - 1))
cat(sprintf("largest relative difference: %.1e\n", apart))
quit(status = if (apart <= 1e-8) 0 else 1)
