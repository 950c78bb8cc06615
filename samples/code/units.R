# Temperature, pressure and wind, for the barometers and the old ship logs.
# Flow units live in units.py; do not copy them here.

fahrenheit_to_celsius <- function(f) (f - 32) / 1.8

# Millimetres (or inches) of mercury to hectopascal
mmhg_to_hpa <- function(mm) mm * 1.33322
inhg_to_hpa <- function(inch) mmhg_to_hpa(inch * 25.4)

#' Reduce station pressure to sea level
#' @param hpa measured pressure
#' @param height_m height of the barometer above sea level
#' @param celsius air temperature
sea_level_pressure <- function(hpa, height_m, celsius) {
  hpa * (1 - 0.0065 * height_m / (celsius + 0.0065 * height_m + 273.15))^-5.257
}

#' Beaufort number to metres a second, middle of the class
beaufort_to_ms <- function(b) 0.836 * b^1.5

knots_to_ms <- function(kn) kn * 0.514444
