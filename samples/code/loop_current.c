/* 4 to 20 mA loop of a pressure sensor, read as a voltage over a 100 ohm resistor. */

#include <math.h>
#include <stdint.h>

#define ADC_FULL 4095.0
#define ADC_REF_V 2.5
#define SHUNT_OHM 100.0

enum loop_fault { LOOP_OK, LOOP_BROKEN, LOOP_SHORT };

/* Milliamperes in the loop for a 12-bit reading. */
double loop_ma(uint16_t adc)
{
    return adc / ADC_FULL * ADC_REF_V / SHUNT_OHM * 1000.0;
}

/* Below 3.6 mA the wire is cut, above 21 mA something is wet that should be dry. */
enum loop_fault loop_check(double ma)
{
    if (ma < 3.6)
        return LOOP_BROKEN;
    return ma > 21.0 ? LOOP_SHORT : LOOP_OK;
}

/* Depth of water above the membrane in metres; NAN when the loop is not to be trusted. */
double loop_depth_m(double ma, double range_m, double slope, double offset_m)
{
    if (loop_check(ma) != LOOP_OK)
        return NAN;
    return (ma - 4.0) / 16.0 * range_m * slope + offset_m;
}
