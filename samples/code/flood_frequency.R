# How rare was it? Gumbel distribution fitted to the highest level of each year.

#' Fit by moments
#' @param peaks one value a year, m TAW
gumbel_fit <- function(peaks) {
  stopifnot(length(peaks) >= 10)
  scale <- sd(peaks) * sqrt(6) / pi
  list(scale = scale, mode = mean(peaks) - 0.5772 * scale)
}

#' Level that is reached or passed once in `years` years on average
level_of <- function(fit, years) fit$mode - fit$scale * log(-log(1 - 1 / years))

#' The other way round: average number of years between floods of at least `level`
years_of <- function(fit, level) {
  p <- exp(-exp(-(level - fit$mode) / fit$scale))
  1 / (1 - p)
}

#' Chance to see at least one such flood during a mortgage
chance <- function(return_years, horizon = 30) 1 - (1 - 1 / return_years)^horizon

# kalverbeek <- read.csv("../data/annual-peaks.csv")
# fit <- gumbel_fit(kalverbeek$peak_m)
# level_of(fit, 100)
# Never quote this beyond three times the length of the record.
