# Split a daily discharge series into what the ground gives and what the last rain gave.
# Lyne and Hollick's recursive filter, three passes: forward, backward, forward.

one_pass <- function(q, alpha) {
  quick <- numeric(length(q))
  for (i in seq_along(q)[-1]) {
    quick[i] <- alpha * quick[i - 1] + (1 + alpha) / 2 * (q[i] - q[i - 1])
  }
  pmin(q, q - pmax(quick, 0))
}

#' Baseflow of a daily series
#'
#' @param q discharge in m3/s, without gaps
#' @param alpha filter constant; 0.925 suits sandy brooks like the Zijpe
#' @return baseflow in m3/s, never above q
baseflow <- function(q, alpha = 0.925) {
  stopifnot(!anyNA(q), alpha > 0, alpha < 1)
  b <- one_pass(q, alpha)
  b <- rev(one_pass(rev(b), alpha))
  one_pass(b, alpha)
}

#' Share of the year's water that came out of the ground (the index, 0 to 1)
baseflow_index <- function(q, ...) sum(baseflow(q, ...)) / sum(q)

# Zijpe 2025: 0.71. Kalverbeek 2025: 0.38, clay and roofs.
